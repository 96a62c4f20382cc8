package dev.berth.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.berth.dispatch.Route.Speech;
import dev.berth.dispatch.Routes.Rule;
import dev.berth.net.ListenAddress;
import dev.berth.testkit.LeakCheck;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

@ExtendWith(LeakCheck.class)
class DispatcherProxyTest {
    private static final String V1 = "PROXY TCP4 192.0.2.1 198.51.100.2 40000 443\r\n";
    private static final String V2 =
            new String(
                    SampleBytes.proxy2("21 11 0010 c0000201 c6336402 9c40 01bb 04 0001 00"),
                    ISO_8859_1);
    private static final String LOCAL = new String(SampleBytes.proxy2("20 00 0000"), ISO_8859_1);
    private static final String TOLD = "conn tcp4 192.0.2.1 40000 198.51.100.2 443";

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private Dispatcher dispatcher;

    @AfterEach
    void end() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }

    private void start(ProxyProtocol proxy, Routes routes) throws Exception {
        dispatcher =
                Dispatcher.open(
                        new DispatcherConfig(
                                List.of(ListenAddress.parse("127.0.0.1:0")),
                                128,
                                routes,
                                proxy,
                                DispatcherLimits.defaults().withDeadline(Duration.ofSeconds(30))),
                        _ -> {});
        open.push(dispatcher);
        for (String service : routes.services()) {
            open.push(TestWorker.answering(dispatcher, service, 0));
        }
    }

    private String exchange(String sent) throws IOException {
        return DispatcherClient.exchange(dispatcher, sent);
    }

    private static Routes withSsh() {
        return new Routes(
                List.of(new Rule(Route.ANY.withProtocol(Speech.SSH), "ssh")), Optional.of("rest"));
    }

    @Test
    void onlyTheHeaderIsConsumed() throws Exception {
        start(ProxyProtocol.REQUIRED, withSsh());
        for (String header : List.of(V1, V2)) {
            assertThat(exchange(header + "SSH-2.0-x")).isEqualTo("ssh0|" + TOLD + "|SSH-2.0-x");
            assertThat(exchange(header + "bytes\0")).isEqualTo("rest0|" + TOLD + "|bytes\0");
            assertThat(exchange(header)).isEqualTo("rest0|" + TOLD + "|");
            assertThat(exchange(header + header)).isEqualTo("rest0|" + TOLD + "|" + header);
        }
        assertThat(exchange(LOCAL + "SSH-x")).isEqualTo("ssh0|conn|SSH-x");
        assertThat(exchange("PROXY UNKNOWN\r\nSSH-x")).isEqualTo("ssh0|conn|SSH-x");
        assertThat(exchange("PROXY TCP6 2001:db8::1 ::1 1 2\r\nSSH-x"))
                .isEqualTo("ssh0|conn tcp6 2001:db8::1 1 ::1 2|SSH-x");
    }

    @Test
    void withoutRoutesNothingBeyondTheHeaderIsAwaited() throws Exception {
        start(ProxyProtocol.REQUIRED, Routes.all("web"));
        try (DispatcherClient client = new DispatcherClient(dispatcher)) {
            for (char c : V2.toCharArray()) {
                client.send("" + c);
            }
            assertThat(client.finish()).isEqualTo("web0|" + TOLD + "|");
        }
    }

    @Test
    void ifRequiredAConnectionWithoutAHeaderIsClosed() throws Exception {
        start(ProxyProtocol.REQUIRED, withSsh());
        for (String sent :
                List.of("SSH-2.0-x", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "PROXY TCP9 ")) {
            try (DispatcherClient client = new DispatcherClient(dispatcher)) {
                client.send(sent + "\r\n");
                assertThatThrownBy(
                                () -> {
                                    if (client.read().isEmpty()) {
                                        throw new IOException("closed");
                                    }
                                })
                        .isInstanceOf(IOException.class);
            }
        }
        assertThat(dispatcher.counts().refused()).isEqualTo(3);
        assertThat(dispatcher.counts().passed()).isZero();
    }

    @Test
    void ifOptionalConnectionsWithAndWithoutAHeaderWork() throws Exception {
        start(ProxyProtocol.OPTIONAL, withSsh());
        assertThat(exchange(V1 + "SSH-x")).isEqualTo("ssh0|" + TOLD + "|SSH-x");
        assertThat(exchange("SSH-x")).isEqualTo("ssh0|conn|SSH-x");
        assertThat(exchange("x ")).isEqualTo("rest0|conn|x ");
    }

    @Test
    void ifOffAHeaderIsOrdinaryBytes() throws Exception {
        start(ProxyProtocol.OFF, withSsh());
        assertThat(exchange(V1 + "SSH-x")).isEqualTo("rest0|conn|" + V1 + "SSH-x");
        assertThat(exchange(V2)).isEqualTo("rest0|conn|" + V2);
    }

    @Test
    void underSourceTheTrueClientDecides() throws Exception {
        start(ProxyProtocol.REQUIRED, Routes.all("web"));
        List<WorkerEndpoint> members = new java.util.ArrayList<>();
        for (int i = 0; i < 4; i++) {
            TestWorker worker = TestWorker.ready(dispatcher, "web", i);
            worker.answerAll();
            open.push(worker);
            members.add(worker.endpoint);
        }
        dispatcher.steer("web", BalancingPolicy.SOURCE);
        dispatcher.serve("web", members);
        Map<String, String> homes = new HashMap<>();
        for (int i = 0; i < 200; i++) {
            String client = "10.0.0." + i % 40;
            String sent = "PROXY TCP4 " + client + " 10.1.0.1 " + (1000 + i) + " 80\r\n";
            String worker = exchange(sent).substring(0, 4);
            assertThat(homes.computeIfAbsent(client, _ -> worker)).isEqualTo(worker);
        }
        assertThat(homes.values()).contains("web0", "web1", "web2", "web3");
    }
}
