package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.NetworkNamespace;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;

/// What makes the answers about a port uncertain, each in its own namespace.
@RequiresRoot
@RequiresProgram({"ip", "nft"})
@ExtendWith(LeakCheck.class)
class RouteCertaintyTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static void sh(String command) throws Exception {
        try (ChildProcess shell = ChildProcess.start("sh", "-ec", command)) {
            assertThat(shell.awaitExit(LIMIT)).as("%s", shell.output()).isZero();
        }
    }

    private static String route(String where, String from) {
        var route = new Capture("route", where, "--from", from);
        assertThat(route.err()).isEmpty();
        return route.out();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nft add table ip t; nft 'add chain ip t c { type nat hook output priority -100;"
                    + " }'; nft add rule ip t c tcp dport 4000 redirect to 4001 | the table ip t"
                    + " redirects packets (redirect)",
                "nft add table ip t; nft 'add chain ip t c { type nat hook prerouting priority 0;"
                        + " }'; nft add chain ip t d; nft add rule ip t d tcp dport 4000 dnat to"
                        + " 127.0.0.1:9; nft add rule ip t c jump d | the table ip t"
                        + " redirects packets (dnat)",
                "nft add table ip t;"
                        + " nft 'add chain ip t c { type filter hook prerouting priority -150; }';"
                        + " nft add rule ip t c tcp dport 4000 tproxy to :4001"
                        + " | the table ip t redirects packets (tproxy)",
                "nft add table inet f; nft 'add chain inet f c { type filter hook input priority 0;"
                        + " policy drop; }' | the table inet f may drop the client's packets",
                "ip rule add pref 5 lookup local; ip rule add pref 1 to 127.0.0.9 lookup main;"
                        + " ip rule del pref 0 | policy routing comes before",
                "tc qdisc add dev lo clsact | traffic control may redirect",
            })
    void aRouteIsUncertainIfPacketsAreChangedBeforeTheLookUp(String setUp, String reason)
            throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.open()) {
            namespace.run(
                    () -> {
                        try (var server = new ServerSocket()) {
                            server.bind(new InetSocketAddress("127.0.0.1", 4000));
                            assertThat(route("127.0.0.1:4000", "127.0.0.1:5000"))
                                    .contains("certain: ")
                                    .doesNotContain("not certain");
                            sh(setUp);
                            assertThat(route("127.0.0.1:4000", "127.0.0.1:5000"))
                                    .contains("not certain: ", reason.strip());
                        }
                        assertThat(route("127.0.0.1:4000", "127.0.0.1:5000"))
                                .contains("not certain: nobody listens", reason.strip());
                    });
        }
    }

    @Test
    void rulesForOutgoingPacketsChangeNothing() throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.open()) {
            namespace.run(
                    () -> {
                        sh(
                                "nft add table ip t;"
                                        + " nft 'add chain ip t c { type nat hook postrouting"
                                        + " priority 100; }'; nft add rule ip t c masquerade");
                        assertThat(route("127.0.0.1:4000", "127.0.0.1:5000"))
                                .doesNotContain("not certain");
                    });
        }
    }

    @Test
    void localhostIsTwoAddresses() throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.open();
                ServerSocketChannel four =
                        namespace.call(
                                () -> ServerSocketChannel.open(StandardProtocolFamily.INET))) {
            namespace.run(
                    () -> {
                        four.bind(new InetSocketAddress("127.0.0.1", 4000));
                        assertThat(route("localhost:4000", "127.0.0.1:5000"))
                                .contains("LISTEN 127.0.0.1:4000", "not certain: ")
                                .contains(
                                        "localhost also means ::1, where a client reaches nobody");
                        assertThat(new Capture("why", "localhost:4000").out())
                                .contains("EADDRINUSE", "not certain")
                                .contains("localhost also means ::1, where the answer is OK");
                        assertThat(new Capture("why", "127.0.0.1:4000").out())
                                .doesNotContain("localhost");
                        assertThat(route("localhost:4001", "127.0.0.1:5000"))
                                .doesNotContain("not certain");
                    });
        }
    }

    @Test
    void whoSearchesOtherNamespacesIfThePortIsUnusedHere() throws Exception {
        try (NetworkNamespace here = NetworkNamespace.open();
                NetworkNamespace there = NetworkNamespace.open();
                ServerSocket server =
                        there.call(
                                () ->
                                        new ServerSocket(
                                                4000, 1, InetAddress.getLoopbackAddress()))) {
            assertThat(server.getLocalPort()).isEqualTo(4000);
            // A namespace is found through a process in it.
            try (ChildProcess sleeper = there.call(() -> ChildProcess.start("sleep", "600"))) {
                assertThat(sleeper.isAlive()).isTrue();
                here.run(
                        () -> {
                            var who = new Capture("who", "4000");
                            assertThat(who.code).isEqualTo(1);
                            assertThat(who.out())
                                    .contains("nobody is on port 4000 in this network namespace")
                                    .contains("listens on", "berth who 4000 --all-netns");
                            assertThat(new Capture("who", "4009").out())
                                    .isEqualTo("nobody is on port 4009\n");
                        });
            }
        }
    }
}
