package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.net.InetAddress;
import java.net.ServerSocket;

class WhoRouteCommandTest {
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    @Test
    void listenerOfThisProcessIsFoundByPortAddressAndPid() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 7, HERE)) {
            int port = server.getLocalPort();
            long pid = ProcessHandle.current().pid();
            String[] ways = {"" + port, ":" + port, "localhost:" + port, "tcp://127.0.0.1:" + port};
            for (String what : ways) {
                var who = new Capture("who", what);
                assertThat(who.code).isZero();
                assertThat(who.out()).contains("tcp " + port, "LISTEN", "pid " + pid + " ");
            }
            assertThat(new Capture("who", "--pid", "" + pid).out()).contains("tcp " + port);
            assertThat(new Capture("who").out()).contains("tcp " + port);
            var json = new Capture("who", "" + port, "--json");
            assertThat(json.out()).contains("\"backlog\":7", "\"pid\":" + pid).endsWith("}\n");
            var udp = new Capture("who", "" + port, "--udp");
            assertThat(udp.code).isEqualTo(1);
        }
    }

    @Test
    void routeNamesTheListenerAndSaysSoWhenThereIsNone() throws Exception {
        int port;
        try (ServerSocket server = new ServerSocket()) {
            server.setReuseAddress(true);
            server.bind(new java.net.InetSocketAddress(HERE, 0));
            port = server.getLocalPort();
            var json = new Capture("route", "127.0.0.1:" + port, "--from", "127.0.0.1:5", "--json");
            assertThat(json.code).isZero();
            assertThat(json.out())
                    .startsWith("{\"schema\":1,\"socket\":{\"protocol\":\"tcp\"")
                    .contains("\"certain\":", "\"note\":");
            var spread = new Capture("route", "" + port, "--from", "127.0.0.1", "--spread", "20");
            assertThat(spread.out()).contains("100.0% 20 ");
        }
        var nobody = new Capture("route", "127.0.0.1:" + port, "--from", "127.0.0.1:5", "--json");
        assertThat(nobody.code).isEqualTo(1);
        assertThat(nobody.out()).contains("\"socket\":null,\"certain\":", "ECONNREFUSED");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "who 99999999 | not a port",
                "who 0 | not a port",
                "who --pid | needs a process id",
                "who --pid x | needs a process id",
                "who --pid 127.0.0.1:80 | needs a process id",
                "who 1.2.3:80 | four numbers",
                "who 80 81 | one port",
                "who :70000 | 0 to 65535",
                "route 127.0.0.1:80 | --from is missing",
                "route --from 127.0.0.1:5 | one address",
                "route 127.0.0.1:0 --from 127.0.0.1:5 | port 0",
                "route 127.0.0.1:80 --from 127.0.0.1:0 | an address and a port",
                "route 127.0.0.1:80 --from [::1]:5 | must both be IPv4 or IPv6",
                "route 127.0.0.1:80 --from nonsense | --from",
            })
    void badInputGivesOneLineAHintAndTheUsageCode(String line, String words) {
        var refused = new Capture(line.strip().split(" "));
        assertThat(refused.code).isEqualTo(2);
        assertThat(refused.err()).contains(words.strip());
        assertThat(refused.err().lines())
                .hasSize(2)
                .last()
                .asString()
                .startsWith("see: berth help");
        assertThat(refused.out()).isEmpty();
    }

    @Test
    void addressOfAnotherMachineIsRefused() {
        var refused = new Capture("route", "192.0.2.1:80", "--from", "192.0.2.2:5");
        assertThat(refused.code).isEqualTo(1);
        assertThat(refused.err()).contains("192.0.2.1 is not an address of this machine");
    }
}
