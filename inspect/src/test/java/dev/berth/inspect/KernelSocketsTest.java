package dev.berth.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.ListenAddress;
import dev.berth.net.NetworkDevice;
import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.NetworkNamespace;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;

/// Sockets that no process has open, on a live kernel.
@RequiresRoot
@RequiresProgram({"ip", "python3"})
@ExtendWith(LeakCheck.class)
class KernelSocketsTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /// Sends a listener through a Unix socket that nobody reads, closes it, and stays running.
    private static final String SEND =
            """
            import signal, socket
            one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
            with socket.socket() as listener:
                listener.bind(('127.0.0.1', 4000))
                listener.listen()
                socket.send_fds(one, [b'x'], [listener.fileno()])
            print('sent', flush=True)
            signal.pause()
            """;

    private static BindForecast forecast(String address) throws Exception {
        var agreed = new KernelCheck("6.18.1", KernelCheck.Agreement.AGREED, true, "");
        return BindForecast.of(BindRequest.of(ListenAddress.parse(address)), agreed);
    }

    @Test
    void aTunnelsSocketIsTheKernelsAndNoOptionIsProposedForIt() throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.open()) {
            namespace.run(
                    () -> {
                        String add =
                                "ip link add vx0 type vxlan id 7 dstport 4790 local 127.0.0.1 &&"
                                        + " ip link set vx0 up";
                        try (ChildProcess ip = ChildProcess.start("sh", "-c", add)) {
                            assertThat(ip.awaitExit(LIMIT)).as("%s", ip.output()).isZero();
                        }
                        PortSocket socket = PortReport.of(4790).sockets().getFirst();
                        assertThat(socket.inode()).isNotZero();
                        assertThat(socket.missing().kind()).isEqualTo(MissingOwner.Kind.KERNEL);
                        assertThat(SocketText.line(socket))
                                .startsWith("the kernel (vxlan device vx0) has ");
                        BindForecast why = forecast("udp://127.0.0.1:4790");
                        assertThat(why.succeeds()).isFalse();
                        assertThat(why.fixes())
                                .noneMatch(fix -> fix.startsWith("set SO_"))
                                .anyMatch(fix -> fix.contains("ip link del vx0"));
                    });
        }
    }

    @Test
    void theQueueThatASocketInTransitWaitsInIsNamed() throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.open();
                ChildProcess courier =
                        namespace.call(() -> ChildProcess.start("python3", "-c", SEND))) {
            courier.awaitLine(line -> line.equals("sent"), LIMIT);
            namespace.run(
                    () -> {
                        PortSocket socket = PortReport.of(4000).sockets().getFirst();
                        assertThat(socket.missing().kind()).isEqualTo(MissingOwner.Kind.NOBODY);
                        assertThat(socket.explanation())
                                .contains("SCM_RIGHTS", "waiting to be received by pid ");
                        assertThat(SocketText.line(socket))
                                .startsWith("no process visible here (socket with uid 0)");
                        BindForecast why = forecast("tcp://127.0.0.1:4000");
                        assertThat(why.succeeds()).isFalse();
                        assertThat(why.fixes()).noneMatch(fix -> fix.startsWith("set SO_"));
                    });
        }
    }

    @Test
    void aVrfMakesAForecastUncertain() {
        NetworkDevice vrf = new NetworkDevice(5, "red", "vrf", OptionalInt.empty(), 0, false);
        NetworkDevice slave = new NetworkDevice(6, "eth1", "", OptionalInt.empty(), 5, false);
        NetworkDevice bridge = new NetworkDevice(7, "br0", "bridge", OptionalInt.empty(), 0, false);
        NetworkDevice port = new NetworkDevice(8, "eth2", "", OptionalInt.empty(), 7, false);
        List<NetworkDevice> links = List.of(vrf, slave, bridge, port);
        assertThat(Vrf.doubt(5, List.of(), links).orElseThrow()).contains("the VRF red");
        assertThat(Vrf.doubt(6, List.of(), links).orElseThrow()).contains("the VRF red");
        assertThat(Vrf.doubt(8, List.of(), links)).isEmpty();
        assertThat(Vrf.doubt(0, List.of(), links)).isEmpty();
    }

    @Test
    void virtualServersAreFoundInTheTableOfIpvs() {
        List<String> head =
                List.of(
                        "IP Virtual Server version 1.2.1 (size=4096)",
                        "Prot LocalAddress:Port Scheduler Flags",
                        "  -> RemoteAddress:Port Forward Weight ActiveConn InActConn");
        assertThat(Diversions.virtualServers(head)).isFalse();
        assertThat(Diversions.virtualServers(List.of("TCP  0A000001:0050 wlc "))).isTrue();
        assertThat(Diversions.virtualServers(List.of("FWM  00000001 rr "))).isTrue();
    }
}
