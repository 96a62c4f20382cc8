package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.NetworkNamespace;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;
import java.time.Duration;

/// Which socket this machine's own clients reach: the prediction is compared with real traffic.
@RequiresRoot
@RequiresProgram({"python3", "ip"})
@ExtendWith(LeakCheck.class)
class RouteDeviceTest {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    @TempDir Path runtime;

    private static final String LINKS =
            "ip link set lo up && ip link add near type veth peer name far && ip link set near up"
                    + " && ip addr add 10.9.0.1/24 dev near"
                    + " && ip addr add fd00:9::1/64 dev near nodad";

    /// Receives a client's datagram on a socket of the interface, unless it is refused (ICMP);
    /// prints which of the two happened, and keeps running.
    private static final String TRY =
            """
            import select, signal, socket, sys
            device, server, client, bound = sys.argv[1:]
            family = socket.AF_INET6 if ':' in bound else socket.AF_INET
            receiver = socket.socket(family, socket.SOCK_DGRAM)
            if device != '-':
                receiver.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
            receiver.bind((bound, 4000))
            family = socket.AF_INET6 if ':' in server else socket.AF_INET
            sender = socket.socket(family, socket.SOCK_DGRAM)
            sender.bind((client, 5000))
            sender.connect((server, 4000))
            sender.send(b'x')
            ready = select.select([receiver, sender], [], [])[0]
            print('received' if receiver in ready else 'refused', flush=True)
            sender.close()
            signal.pause()
            """;

    private void checked(String device, String server, String client, String bound)
            throws Exception {
        try (ChildProcess links = ChildProcess.start("sh", "-c", LINKS)) {
            assertThat(links.awaitExit(LIMIT)).as("%s", links.output()).isZero();
        }
        try (var berth = new BerthProcesses(runtime, LIMIT);
                ChildProcess real =
                        ChildProcess.start("python3", "-c", TRY, device, server, client, bound)) {
            String happened = real.awaitLine(line -> true, LIMIT);
            ChildProcess route =
                    berth.start(
                            "route",
                            "udp://" + inUrl(server) + ":4000",
                            "--from",
                            inUrl(client) + ":5000",
                            "--json");
            int code = route.awaitExit(LIMIT);
            assertThat(route.output()).last().asString().contains("\"certain\":true");
            assertThat(code).isEqualTo(happened.equals("received") ? 0 : 1);
        }
    }

    private static String inUrl(String host) {
        return host.contains(":") ? "[" + host + "]" : host;
    }

    @ParameterizedTest
    @CsvSource({
        "near, 10.9.0.1, 127.0.0.1, 0.0.0.0",
        "lo, 10.9.0.1, 127.0.0.1, 0.0.0.0",
        "near, 10.9.0.1, 10.9.0.1, 0.0.0.0",
        "lo, 127.0.0.1, 127.0.0.1, 0.0.0.0",
        "near, 127.0.0.1, 127.0.0.1, 0.0.0.0",
        "near, fd00:9::1, fd00:9::1, ::",
        "lo, fd00:9::1, fd00:9::1, ::",
        "lo, ::1, ::1, ::",
        "near, ::1, ::1, ::",
    })
    void aSocketOfAnInterface(String device, String server, String client, String bound)
            throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.open()) {
            namespace.run(() -> checked(device, server, client, bound));
        }
    }

    @Test
    void aMappedAddressGoesByIpv4() throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.open()) {
            namespace.run(() -> checked("-", "::ffff:127.0.0.1", "::ffff:127.0.0.1", "127.0.0.1"));
        }
    }
}
