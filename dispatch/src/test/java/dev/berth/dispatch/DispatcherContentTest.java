package dev.berth.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.berth.dispatch.Route.Speech;
import dev.berth.dispatch.Routes.Rule;
import dev.berth.net.ListenAddress;
import dev.berth.testkit.Await;
import dev.berth.testkit.LeakCheck;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

@ExtendWith(LeakCheck.class)
class DispatcherContentTest {
    private static final Duration LONG = Duration.ofMinutes(3);
    private static final List<Rule> RULES =
            List.of(
                    new Rule(Route.ANY.withSni("a.example"), "a"),
                    new Rule(Route.ANY.withSni("*.example"), "b"),
                    new Rule(Route.ANY.withHost("c.example").withPath("/c"), "c"),
                    new Rule(Route.ANY.withProtocol(Speech.SSH), "ssh"),
                    new Rule(Route.ANY.withProtocol(Speech.HTTP2), "h2"));
    private static final String HTTP2 = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    private final List<String> said = new ArrayList<>();
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private Dispatcher dispatcher;

    @AfterEach
    void end() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
        assertThat(said).isEmpty();
    }

    private void start(Optional<String> fallback, ProxyProtocol proxy, DispatcherLimits limits)
            throws Exception {
        Routes routes = new Routes(RULES, fallback);
        dispatcher =
                Dispatcher.open(
                        new DispatcherConfig(
                                List.of(ListenAddress.parse("127.0.0.1:0")),
                                4096,
                                routes,
                                proxy,
                                limits),
                        said::add);
        open.push(dispatcher);
        for (String service : routes.services()) {
            open.push(TestWorker.answering(dispatcher, service, 0));
        }
    }

    private void start(String fallback, Duration deadline) throws Exception {
        start(
                Optional.of(fallback),
                ProxyProtocol.OFF,
                DispatcherLimits.defaults().withDeadline(deadline));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, ISO_8859_1);
    }

    private String exchange(String sent) throws IOException {
        return DispatcherClient.exchange(dispatcher, sent);
    }

    @Test
    void eachProtocolReachesItsServiceWithItsBytesIntact() throws Exception {
        start("rest", LONG);
        for (String version : List.of("TLSv1.2", "TLSv1.3")) {
            String a = text(ClientHellos.jdk(version, "a.example", "h2")) + "more";
            assertThat(exchange(a)).isEqualTo("a0|conn|" + a);
            String b = text(ClientHellos.jdk(version, "x.y.example"));
            assertThat(exchange(b)).isEqualTo("b0|conn|" + b);
        }
        String browser = text(ClientHellos.browser("a.example"));
        assertThat(exchange(browser)).isEqualTo("a0|conn|" + browser);
        String large =
                text(
                        ClientHellos.records(
                                ClientHellos.message(
                                        ClientHellos.extension(21, new byte[5_000]),
                                        ClientHellos.serverName("a.example")),
                                1_000));
        assertThat(exchange(large)).isEqualTo("a0|conn|" + large);
        String request = "GET /c/x HTTP/1.1\r\nHost: C.example\r\n\r\nbody";
        assertThat(exchange(request)).isEqualTo("c0|conn|" + request);
        assertThat(exchange("SSH-2.0-x\r\n")).isEqualTo("ssh0|conn|SSH-2.0-x\r\n");
        assertThat(exchange(HTTP2)).isEqualTo("h20|conn|" + HTTP2);
        String other = "GET /d HTTP/1.1\r\nHost: c.example\r\n\r\n";
        assertThat(exchange(other)).isEqualTo("rest0|conn|" + other);
        String proxy = "PROXY UNKNOWN\r\n";
        assertThat(exchange(proxy)).isEqualTo("rest0|conn|" + proxy);
        assertThat(dispatcher.counts().timedOut()).isZero();
    }

    @Test
    void aClientThatSendsByteByByteIsRouted() throws Exception {
        start("rest", LONG);
        byte[] hello = ClientHellos.jdk("TLSv1.2", "a.example");
        byte[] request = SampleBytes.text("GET /c HTTP/1.1\r\nX: y\r\nHost: c.example\r\n\r\n");
        for (byte[] bytes : List.of(hello, request)) {
            try (DispatcherClient client = new DispatcherClient(dispatcher)) {
                for (byte one : bytes) {
                    client.send(new byte[] {one});
                    Thread.yield();
                }
                String service = bytes == hello ? "a0" : "c0";
                assertThat(client.finish()).isEqualTo(service + "|conn|" + text(bytes));
            }
        }
        assertThat(dispatcher.counts().timedOut()).isZero();
    }

    @Test
    void aClientThatSendsTooLittleInTimeGoesToTheDefault() throws Exception {
        start("rest", Duration.ofMillis(100));
        try (DispatcherClient silent = new DispatcherClient(dispatcher);
                DispatcherClient begun = new DispatcherClient(dispatcher)) {
            begun.send("GET / HT");
            Await.until(
                    TestWorker.LIMIT,
                    () -> dispatcher.counts().timedOut() == 2,
                    () -> dispatcher.counts().toString());
            assertThat(silent.finish()).isEqualTo("rest0|conn|");
            assertThat(begun.send("TP/1.1").finish()).isEqualTo("rest0|conn|GET / HTTP/1.1");
        }
        assertThat(dispatcher.counts().pending()).isZero();
    }

    @Test
    void aClientThatSendsTooLittleInTimeIsClosedWithoutADefault() throws Exception {
        DispatcherLimits limits = DispatcherLimits.defaults().withDeadline(Duration.ofMillis(100));
        start(Optional.empty(), ProxyProtocol.OFF, limits);
        try (DispatcherClient silent = new DispatcherClient(dispatcher);
                DispatcherClient stranger = new DispatcherClient(dispatcher)) {
            assertThat(silent.read()).isEmpty();
            stranger.send("HELO x\r\n");
            assertThatCode(stranger::read)
                    .satisfiesAnyOf(
                            none -> assertThat(none).isNull(),
                            reset -> assertThat(reset).isInstanceOf(IOException.class));
        }
        Await.until(
                TestWorker.LIMIT,
                () -> dispatcher.counts().refused() == 2,
                () -> dispatcher.counts().toString());
    }

    @Test
    void anEndlessRequestHeadGoesToTheDefaultAtTheLimit() throws Exception {
        start("rest", LONG);
        String endless = "GET / HTTP/1.1\r\nX: " + "y".repeat(20_000);
        assertThat(exchange(endless)).isEqualTo("rest0|conn|" + endless);
        assertThat(dispatcher.counts().timedOut()).isOne();
    }

    @Test
    void aThousandSilentConnectionsDelayNoOther() throws Exception {
        start("rest", LONG);
        for (int i = 0; i < 1_000; i++) {
            open.push(new DispatcherClient(dispatcher));
        }
        Await.until(
                TestWorker.LIMIT,
                () -> dispatcher.counts().pending() == 1_000,
                () -> dispatcher.counts().toString());
        String hello = text(ClientHellos.jdk("TLSv1.3", "a.example"));
        for (int i = 0; i < 100; i++) {
            assertThat(exchange(hello)).isEqualTo("a0|conn|" + hello);
        }
        assertThat(dispatcher.counts().pending()).isEqualTo(1_000);
        assertThat(dispatcher.counts().timedOut()).isZero();
    }

    @Test
    void theOldestUndecidedConnectionMakesRoomForTheNewest() throws Exception {
        start(Optional.of("rest"), ProxyProtocol.OFF, DispatcherLimits.defaults().withPending(3));
        try (DispatcherClient oldest = new DispatcherClient(dispatcher)) {
            for (int i = 0; i < 3; i++) {
                open.push(new DispatcherClient(dispatcher));
            }
            assertThat(oldest.send("late").finish()).isEqualTo("rest0|conn|late");
            assertThat(dispatcher.counts().pending()).isEqualTo(3);
        }
    }

    @Test
    void noConnectionIsAcceptedBeyondTheLimit() throws Exception {
        start(
                Optional.of("rest"),
                ProxyProtocol.OFF,
                DispatcherLimits.defaults().withConnections(5));
        Deque<DispatcherClient> clients = new ArrayDeque<>();
        for (int i = 0; i < 8; i++) {
            clients.add(new DispatcherClient(dispatcher));
        }
        Await.until(
                TestWorker.LIMIT,
                () -> dispatcher.counts().pending() == 5,
                () -> dispatcher.counts().toString());
        assertThat(dispatcher.listenerStats().getFirst().queue()).isEqualTo(3);
        for (DispatcherClient client : clients) {
            assertThat(client.send("SSH-2.0-").finish()).isEqualTo("ssh0|conn|SSH-2.0-");
            client.close();
        }
    }

    @Test
    void aClientThatGoesAwayLeavesNothingBehind() throws Exception {
        start(Optional.empty(), ProxyProtocol.OFF, DispatcherLimits.defaults());
        for (int i = 0; i < 50; i++) {
            try (DispatcherClient client = new DispatcherClient(dispatcher)) {
                client.send(i % 2 == 0 ? "GE" : "");
            }
        }
        Await.until(
                TestWorker.LIMIT,
                () -> dispatcher.counts().refused() == 50 || dispatcher.counts().accepted() < 50,
                () -> dispatcher.counts().toString());
    }

    @Test
    void aFullServiceDoesNotDelayTheOthers() throws Exception {
        start(Optional.of("rest"), ProxyProtocol.OFF, DispatcherLimits.defaults().withWaiting(5));
        dispatcher.serve("ssh", List.of());
        List<DispatcherClient> waiting = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            DispatcherClient client = new DispatcherClient(dispatcher).send("SSH-2.0-" + i);
            open.push(client);
            waiting.add(client);
            long now = i + 1;
            Await.until(
                    TestWorker.LIMIT,
                    () -> dispatcher.counts().waiting() + dispatcher.counts().refused() == now,
                    () -> dispatcher.counts().toString());
        }
        assertThat(dispatcher.counts().refused()).isOne();
        assertThat(exchange("x ")).isEqualTo("rest0|conn|x ");
        TestWorker ssh = TestWorker.answering(dispatcher, "ssh", 1);
        open.push(ssh);
        for (int i = 0; i < 5; i++) {
            assertThat(waiting.get(i).finish()).isEqualTo("ssh1|conn|SSH-2.0-" + i);
        }
        Await.until(
                TestWorker.LIMIT,
                () -> dispatcher.counts().waiting() == 0,
                () -> dispatcher.counts().toString());
    }

    @Test
    void anEndingServiceServesWhatHasArrivedAndSparesTheOthers() throws Exception {
        start("rest", LONG);
        TestWorker ssh = TestWorker.ready(dispatcher, "ssh", 1);
        open.push(ssh);
        dispatcher.serve("ssh", List.of(ssh.endpoint));
        List<DispatcherClient> there = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            DispatcherClient client = new DispatcherClient(dispatcher).send("SSH-2.0-" + i).end();
            open.push(client);
            there.add(client);
        }
        Await.until(
                TestWorker.LIMIT,
                () -> dispatcher.counts().passed() + dispatcher.counts().waiting() == 40,
                () -> dispatcher.counts().toString());
        dispatcher.end("ssh");
        ssh.answerAll();
        for (int i = 0; i < 40; i++) {
            assertThat(there.get(i).read()).isEqualTo("ssh1|conn|SSH-2.0-" + i);
        }
        Await.until(TestWorker.LIMIT, () -> !dispatcher.ending("ssh"), () -> "ending");
        assertThatThrownBy(() -> exchange("SSH-2.0-late")).isInstanceOf(IOException.class);
        assertThat(exchange("x ")).isEqualTo("rest0|conn|x ");
        List.of("a", "b", "c", "h2", "rest").forEach(dispatcher::end);
        Await.until(
                TestWorker.LIMIT,
                () -> dispatcher.listenerStats().isEmpty(),
                () -> "still listens");
    }
}
