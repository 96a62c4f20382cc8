package dev.berth.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.ListenAddress;
import dev.berth.testkit.Await;
import dev.berth.testkit.LeakCheck;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;

/// Workers that receive nothing for a while.
@ExtendWith(LeakCheck.class)
class StalledWorkerTest {
    private static final int WINDOW = 4;

    private final List<String> said = new ArrayList<>();
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private Dispatcher dispatcher;
    private TestWorker slow;

    @BeforeEach
    void start() throws Exception {
        dispatcher =
                Dispatcher.open(
                        new DispatcherConfig(
                                List.of(ListenAddress.parse("127.0.0.1:0")),
                                128,
                                Routes.all("web"),
                                ProxyProtocol.OPTIONAL,
                                DispatcherLimits.defaults().withWindow(WINDOW)),
                        said::add);
        open.push(dispatcher);
        slow = opened(TestWorker.ready(dispatcher, "web", 0));
    }

    @AfterEach
    void end() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
        assertThat(said).isEmpty();
    }

    private <T extends AutoCloseable> T opened(T resource) {
        open.push(resource);
        return resource;
    }

    private TestWorker brisk() throws Exception {
        TestWorker worker = opened(TestWorker.ready(dispatcher, "web", 1));
        worker.answerAll();
        return worker;
    }

    private List<DispatcherClient> clients(int count, String what) throws IOException {
        List<DispatcherClient> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            clients.add(opened(new DispatcherClient(dispatcher)).send(what).end());
        }
        return clients;
    }

    private void serve(TestWorker... workers) {
        dispatcher.serve("web", List.of(workers).stream().map(w -> w.endpoint).toList());
    }

    private static void await(BooleanSupplier condition, String what) {
        Await.until(TestWorker.LIMIT, condition, () -> what);
    }

    @Test
    void itsConnectionsGoToAFreeWorkerAndNewOnesPassItOver() throws Exception {
        serve(slow, brisk());
        for (DispatcherClient client : clients(2 * WINDOW, "x")) {
            assertThat(client.read()).isEqualTo("web1|conn|x");
        }
        long moved = dispatcher.counts().requeued();
        assertThat(moved).isBetween(1L, (long) WINDOW);
        assertThat(slow.endpoint.passed()).isZero();
        for (int i = 0; i < 20; i++) {
            assertThat(DispatcherClient.exchange(dispatcher, "y")).isEqualTo("web1|conn|y");
        }
        assertThat(dispatcher.counts().requeued()).isEqualTo(moved);
        assertThat(dispatcher.counts().refused()).isZero();
    }

    @Test
    void whatIsTakenBackWhenItLeavesWasNotPassedToIt() throws Exception {
        serve(slow);
        List<DispatcherClient> clients = clients(2, "x");
        await(() -> slow.endpoint.passed() == 2, "passed");
        TestWorker brisk = brisk();
        serve(brisk);
        slow.say("bye");
        for (DispatcherClient client : clients) {
            assertThat(client.read()).isEqualTo("web1|conn|x");
        }
        assertThat(slow.endpoint.passed()).isZero();
    }

    @Test
    void itGetsItsShareAgainWhenItResumes() throws Exception {
        serve(slow, brisk());
        for (DispatcherClient client : clients(2, "x")) {
            assertThat(client.read()).isEqualTo("web1|conn|x");
        }
        await(() -> slow.hears(), "finds a probe");
        assertThat(slow.endpoint.idle()).isPositive();
        slow.answerAll();
        await(() -> slow.endpoint.idle().isZero() && !slow.endpoint.stalled(), "resumes");
        List<String> answers = new ArrayList<>();
        for (DispatcherClient client : clients(10, "y")) {
            answers.add(client.read());
        }
        assertThat(answers).contains("web0|conn|y", "web1|conn|y");
        assertThat(slow.packets.getFirst()).isEqualTo("probe");
    }

    @Test
    void ifAllStallNothingIsMoved() throws Exception {
        TestWorker other = opened(TestWorker.ready(dispatcher, "web", 1));
        serve(slow, other);
        clients(2 * WINDOW, "x");
        await(() -> other.endpoint.stalled() && slow.endpoint.stalled(), "both stalled");
        await(() -> slow.endpoint.idle().compareTo(Duration.ofMillis(200)) > 0, "for longer");
        assertThat(slow.endpoint.pending() + other.endpoint.pending()).isEqualTo(2 * WINDOW);
        assertThat(dispatcher.counts().requeued()).isZero();
    }

    @Test
    void anAddressFromAProxyHeaderIsKept() throws Exception {
        TestWorker brisk = brisk();
        serve(slow);
        List<DispatcherClient> clients = clients(1, "PROXY TCP4 192.0.2.1 192.0.2.2 40000 22\r\nx");
        await(() -> slow.endpoint.pending() == 1, "passed");
        serve(slow, brisk);
        assertThat(clients.getFirst().read())
                .isEqualTo("web1|conn tcp4 192.0.2.1 40000 192.0.2.2 22|x");
    }

    @Test
    void aPausedOrUnservedWorkerLosesItsConnectionsToo() throws Exception {
        TestWorker brisk = brisk();
        serve(slow);
        List<DispatcherClient> clients = clients(2, "x");
        await(() -> slow.endpoint.pending() == 2, "passed");
        slow.say("pause");
        serve(brisk);
        for (DispatcherClient client : clients) {
            assertThat(client.read()).isEqualTo("web1|conn|x");
        }
        assertThat(slow.hears()).isFalse();
        await(() -> slow.endpoint.idle().isZero(), "nothing waits for it");
    }

    @Test
    void drainIsSentAgainAfterAQueueIsTakenBack() throws Exception {
        TestWorker brisk = brisk();
        serve(slow);
        List<DispatcherClient> clients = clients(1, "x");
        await(() -> slow.endpoint.pending() == 1, "passed");
        serve(brisk);
        dispatcher.drain(slow.endpoint);
        assertThat(clients.getFirst().read()).isEqualTo("web1|conn|x");
        assertThat(slow.receive().packet()).isEqualTo("drain");
        assertThat(slow.hears()).isFalse();
    }

    @Test
    void underSourceAClientWaitsForItsWorker() throws Exception {
        TestWorker other = opened(TestWorker.ready(dispatcher, "web", 1));
        dispatcher.steer("web", BalancingPolicy.SOURCE);
        serve(slow, other);
        clients(2, "x");
        await(() -> slow.endpoint.passed() + other.endpoint.passed() == 2, "passed");
        TestWorker home = slow.endpoint.passed() == 2 ? slow : other;
        await(() -> home.endpoint.idle().compareTo(Duration.ofMillis(200)) > 0, "waits");
        clients(1, "x");
        await(() -> home.endpoint.passed() == 3, "waits for its home, too");
        assertThat(dispatcher.counts().requeued()).isZero();
    }

    @Test
    void connectionsTakenBackAreNotCountedForTheWorker() throws Exception {
        dispatcher.steer("web", BalancingPolicy.LEAST_CONNECTIONS);
        serve(slow);
        clients(3, "x");
        await(() -> slow.endpoint.connections() == 3, "all passed");
        TestWorker brisk = opened(TestWorker.ready(dispatcher, "web", 1));
        serve(slow, brisk);
        await(() -> brisk.endpoint.connections() == 3, "all moved");
        assertThat(slow.endpoint.connections()).isZero();
    }
}
