package dev.berth.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.net.ListenAddress;
import dev.berth.sys.Sockets;
import dev.berth.testkit.Await;
import dev.berth.testkit.LeakCheck;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.net.ConnectException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

@ExtendWith(LeakCheck.class)
class DispatcherTest {
    private static final ListenAddress IPV4 = ListenAddress.parse("127.0.0.1:0");
    private static final ListenAddress IPV6 = ListenAddress.parse("[::1]:0");
    private static final int WINDOW = 4;

    private final List<String> said = new ArrayList<>();
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private Dispatcher dispatcher;

    @BeforeEach
    void start() throws Exception {
        DispatcherLimits limits = DispatcherLimits.defaults().withWindow(WINDOW);
        dispatcher =
                Dispatcher.open(
                        new DispatcherConfig(
                                List.of(IPV4, IPV6),
                                128,
                                Routes.all("web"),
                                ProxyProtocol.OFF,
                                limits),
                        said::add);
        open.push(dispatcher);
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

    private TestWorker ready(int place) throws Exception {
        return opened(TestWorker.ready(dispatcher, "web", place));
    }

    private DispatcherClient client() throws IOException {
        return opened(new DispatcherClient(dispatcher));
    }

    private void serve(TestWorker... workers) {
        dispatcher.serve("web", List.of(workers).stream().map(w -> w.endpoint).toList());
    }

    private static void await(BooleanSupplier condition, String what) {
        Await.until(TestWorker.LIMIT, condition, () -> what);
    }

    @Test
    void connectionsOfBothFamiliesArePassedInTurnToTheWorkers() throws Exception {
        List<TestWorker> workers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            TestWorker worker = ready(i);
            worker.answerAll();
            workers.add(worker);
        }
        serve(workers.toArray(TestWorker[]::new));
        List<String> answers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            for (ListenerStats listener : dispatcher.listenerStats()) {
                try (DispatcherClient client = new DispatcherClient(listener.address())) {
                    answers.add(client.send("x" + i).finish());
                }
            }
        }
        assertThat(answers.getFirst()).isEqualTo("web0|conn|x0");
        Map<String, Long> shares =
                answers.stream()
                        .collect(
                                Collectors.groupingBy(
                                        text -> text.substring(0, 4), Collectors.counting()));
        assertThat(shares).hasSize(4);
        assertThat(shares.values()).containsOnly(50L);
        await(() -> dispatcher.counts().passed() == 200, "all are counted");
        assertThat(workers).allMatch(worker -> worker.endpoint.passed() == 50);
        assertThat(dispatcher.counts()).isEqualTo(new DispatcherStats(200, 200, 0, 0, 0, 0, 0, 0));
    }

    @Test
    void aCandidateGetsNothingBeforeItIsServed() throws Exception {
        TestWorker candidate = ready(0);
        DispatcherClient early = client();
        await(() -> dispatcher.listenerStats().getFirst().queue() == 1, "waits in the kernel");
        assertThat(candidate.hears()).isFalse();
        serve(candidate);
        try (TestWorker.Taken taken = candidate.receive()) {
            taken.answer("hello");
        }
        assertThat(early.read()).isEqualTo("hello");
    }

    @Test
    void aWorkerThatIsServedButNotReadyGetsNothing() throws Exception {
        TestWorker late = opened(new TestWorker(dispatcher, "web", 0));
        serve(late);
        client();
        await(() -> dispatcher.listenerStats().getFirst().queue() == 1, "waits in the kernel");
        assertThat(late.ready).isFalse();
        late.say("ready 1");
        late.receive().close();
    }

    @Test
    void connectionsBeyondTheWindowsWaitInTheKernel() throws Exception {
        TestWorker a = ready(0);
        TestWorker b = ready(1);
        serve(a, b);
        List<DispatcherClient> clients = new ArrayList<>();
        for (int i = 0; i < 2 * WINDOW + 5; i++) {
            clients.add(client().send("" + i));
        }
        await(() -> dispatcher.counts().passed() == 2 * WINDOW, "the windows are full");
        assertThat(dispatcher.listenerStats().getFirst().queue()).isEqualTo(5);
        assertThat(a.endpoint.pending()).isEqualTo(WINDOW);
        assertThat(b.endpoint.pending()).isEqualTo(WINDOW);
        assertThat(dispatcher.counts().accepted()).isEqualTo(2 * WINDOW);
        a.receive().close();
        await(() -> dispatcher.listenerStats().getFirst().queue() == 4, "one of them has room");
        a.receive().close();
        a.receive().close();
        b.receive().close();
        b.receive().close();
        await(() -> dispatcher.listenerStats().getFirst().queue() == 0, "all have room");
        await(() -> dispatcher.counts().passed() == 2 * WINDOW + 5, "all are passed");
    }

    @Test
    void aPauseEndsWithReady() throws Exception {
        TestWorker worker = ready(0);
        serve(worker);
        client();
        worker.receive().close();
        worker.say("pause");
        await(() -> !worker.endpoint.accepts(), "paused");
        TestWorker other = ready(1);
        serve(worker, other);
        for (int i = 0; i < 3; i++) {
            client();
            other.receive().close();
        }
        assertThat(worker.hears()).isFalse();
        worker.say("ready 1");
        serve(worker);
        client();
        worker.receive().close();
    }

    @Test
    void whatADeadWorkerHadNotReceivedGoesToOthersInOrder() throws Exception {
        TestWorker dying = ready(0);
        TestWorker other = ready(1);
        serve(dying);
        List<DispatcherClient> clients = new ArrayList<>();
        for (int i = 0; i < WINDOW; i++) {
            clients.add(i == 0 ? client() : client().send("" + i));
        }
        await(() -> dying.endpoint.pending() == WINDOW, "all passed");
        try (TestWorker.Taken first = dying.receive()) {
            first.answer("dying");
        }
        dying.close();
        dispatcher.remove(dying.endpoint);
        serve(other);
        assertThat(clients.getFirst().read()).isEqualTo("dying");
        for (int i = 1; i < WINDOW; i++) {
            clients.get(i).send("!").end();
            try (TestWorker.Taken taken = other.receive()) {
                assertThat(taken.all()).isEqualTo(i + "!");
                taken.answer("other");
            }
            assertThat(clients.get(i).read()).isEqualTo("other");
        }
        assertThat(dispatcher.counts().requeued()).isEqualTo(WINDOW - 1);
        assertThat(dying.endpoint.pending()).isZero();
    }

    @Test
    void noConnectionIsLostWhileWorkersDie() throws Exception {
        TestWorker steady = ready(0);
        steady.answerAll();
        List<String> answers = new ArrayList<>();
        for (int round = 0; round < 20; round++) {
            TestWorker dying = ready(1 + round);
            serve(steady, dying);
            List<DispatcherClient> clients = new ArrayList<>();
            for (int i = 0; i < WINDOW; i++) {
                clients.add(client().send("x").end());
            }
            await(() -> dying.hears(), "has some");
            dying.close();
            dispatcher.remove(dying.endpoint);
            for (DispatcherClient client : clients) {
                answers.add(client.read());
            }
        }
        assertThat(answers).hasSize(20 * WINDOW).containsOnly("web0|conn|x");
        assertThat(dispatcher.counts().requeued()).isGreaterThanOrEqualTo(20);
    }

    @Test
    void aWorkerThatLeavesIsNotReportedGoneAndItsConnectionsAreKept() throws Exception {
        TestWorker old = ready(0);
        TestWorker next = ready(0);
        serve(old);
        DispatcherClient client = client();
        await(() -> old.endpoint.pending() == 1, "passed");
        serve(next);
        dispatcher.drain(old.endpoint);
        dispatcher.remove(old.endpoint);
        try (TestWorker.Taken taken = next.receive()) {
            taken.answer("next");
        }
        assertThat(client.read()).isEqualTo("next");
        assertThat(old.receive().packet()).isEqualTo("drain");
        assertThat(old.gone).isEmpty();
    }

    @Test
    void aServiceThatRefusesResetsItsClients() throws Exception {
        DispatcherClient waiting = client();
        dispatcher.setRefusing("web", true);
        assertThatThrownBy(waiting::read).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> client().read()).isInstanceOf(IOException.class);
        assertThat(dispatcher.counts().refused()).isEqualTo(2);
        dispatcher.setRefusing("web", false);
        TestWorker worker = opened(TestWorker.answering(dispatcher, "web", 0));
        assertThat(DispatcherClient.exchange(dispatcher, "x")).isEqualTo(worker.name() + "|conn|x");
    }

    @Test
    void anEndingServiceServesWhatHasArrivedAndRefusesNewcomers() throws Exception {
        TestWorker worker = ready(0);
        serve(worker);
        ListenAddress address = dispatcher.listenerStats().getFirst().address();
        List<DispatcherClient> there = new ArrayList<>();
        for (int i = 0; i < 3 * WINDOW; i++) {
            there.add(client().send("x").end());
        }
        dispatcher.end("web");
        await(() -> refused(address, there), "refused");
        assertThat(dispatcher.ending("web")).isTrue();
        worker.answerAll();
        for (DispatcherClient client : there) {
            assertThat(client.read()).isEqualTo("web0|conn|x");
        }
        await(() -> !dispatcher.ending("web"), "the end");
        assertThat(dispatcher.listenerStats()).isEmpty();
        assertThat(dispatcher.counts().refused()).isZero();
    }

    /// Whether a newcomer is refused; if it is not, it joins `there`.
    private boolean refused(ListenAddress address, List<DispatcherClient> there) {
        try {
            there.add(opened(new DispatcherClient(address)).send("x").end());
            return false;
        } catch (ConnectException closed) {
            return true;
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    @Test
    void clientsOfAnEndingServiceAreResetWhenItsLastWorkerLeaves() throws Exception {
        TestWorker worker = ready(0);
        serve(worker);
        List<DispatcherClient> there = new ArrayList<>();
        for (int i = 0; i < 2 * WINDOW; i++) {
            there.add(client().send("x"));
        }
        dispatcher.end("web");
        dispatcher.remove(worker.endpoint);
        for (DispatcherClient client : there) {
            assertThatThrownBy(client::read).isInstanceOf(IOException.class);
        }
        await(() -> !dispatcher.ending("web"), "the end");
    }

    @Test
    void aWorkerThatNoLongerReceivesIsGone() throws Exception {
        TestWorker deaf = ready(0);
        serve(deaf);
        deaf.shutDown(Sockets.SHUT_RD);
        DispatcherClient client = client();
        await(() -> !deaf.gone.isEmpty(), "noticed");
        assertThat(deaf.gone).contains("no longer receives anything");
        TestWorker worker = opened(TestWorker.answering(dispatcher, "web", 0));
        assertThat(client.send("x").finish()).isEqualTo(worker.name() + "|conn|x");
    }

    @Test
    void aWorkerThatShutsDownItsEndIsGone() throws Exception {
        TestWorker worker = ready(0);
        worker.shutDown(Sockets.SHUT_WR);
        await(() -> !worker.gone.isEmpty(), "noticed");
        assertThat(worker.gone).contains("shut down its socket");
    }

    @Test
    void aWorkerThatBreaksTheProtocolIsGoneWithTheReason() throws Exception {
        Map<String, String> reasons =
                Map.of(
                        "ready 2", "speaks another version",
                        "ready", "does not understand",
                        "bye", "closed its listener",
                        "hello", "does not understand");
        for (Map.Entry<String, String> each : reasons.entrySet()) {
            TestWorker worker = opened(new TestWorker(dispatcher, "web", 0));
            worker.say(each.getKey());
            await(() -> !worker.gone.isEmpty(), each.getKey());
            assertThat(worker.gone).contains(each.getValue());
            assertThat(worker.receive().packet()).isEqualTo("drain");
        }
    }

    @Test
    void leastConnectionsCountsOpenConnectionsAndForgetsClosedOnes() throws Exception {
        TestWorker a = ready(0);
        dispatcher.steer("web", BalancingPolicy.LEAST_CONNECTIONS);
        TestWorker b = ready(1);
        serve(a);
        List<DispatcherClient> clients = IntStream.range(0, 3).mapToObj(i -> connected(a)).toList();
        await(() -> a.endpoint.connections() == 3, "all three are counted");
        serve(a, b);
        for (int i = 0; i < 3; i++) {
            connected(b);
        }
        connected(a);
        connected(b);
        clients.get(0).close();
        clients.get(1).close();
        taken.forEach(TestWorker.Taken::close);
        await(() -> a.endpoint.connections() == 0, "all of a are closed");
        await(() -> b.endpoint.connections() == 0, "all of b are closed");
    }

    private final List<TestWorker.Taken> taken = new ArrayList<>();

    private DispatcherClient connected(TestWorker expected) {
        try {
            DispatcherClient client = client();
            taken.add(opened(expected.receive()));
            return client;
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    @Test
    void anAddressInUseIsReportedAtOnce() {
        ListenAddress same = dispatcher.listenerStats().getFirst().address();
        assertThatThrownBy(
                        () ->
                                Dispatcher.open(
                                        DispatcherConfig.simple(List.of(IPV6, same), 1, "x"),
                                        said::add))
                .hasMessageContaining("EADDRINUSE");
    }

    @Test
    void afterCloseNothingIsLeftAndNoCallFails() throws Exception {
        TestWorker worker = ready(0);
        serve(worker);
        client();
        await(() -> worker.endpoint.pending() == 1, "passed");
        dispatcher.close();
        dispatcher.close();
        dispatcher.setRefusing("web", true);
        TestWorker late = opened(new TestWorker(dispatcher, "web", 1));
        assertThat(late.endpoint.accepts()).isFalse();
        assertThat(dispatcher.listenerStats()).isEmpty();
        assertThatThrownBy(() -> dispatcher.serve("mail", List.of()))
                .hasMessageContaining("no service named mail");
    }
}
