package dev.berth.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.net.TcpState;
import dev.berth.sys.Capability;
import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.NetworkNamespace;
import dev.berth.testkit.OtherUser;
import dev.berth.testkit.RequiresCapability;
import dev.berth.testkit.RequiresKernel;
import dev.berth.testkit.RequiresProgram;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Multipath-TCP sockets of another program.
@ExtendWith(LeakCheck.class)
@RequiresKernel(value = "6.8", feature = "a list of the sockets that are only bound")
@RequiresProgram("python3")
@RequiresCapability({Capability.SYS_ADMIN, Capability.SYS_PTRACE})
final class MultipathTest {
    private static final String SOCKETS =
            """
            a = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
            a.setsockopt(1, 15, 1)
            a.bind(('127.0.0.1', 7002)); a.listen(4)
            b = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
            b.bind(('127.0.0.1', 7003))
            c = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
            c.connect(('127.0.0.1', 7002)); d = a.accept()
            """;

    static boolean enabled() {
        return Sysctl.read("net/mptcp/enabled").orElse("0").equals("1");
    }

    /// Reports from its own thread, which alone runs as another user.
    private static PortReport asNobody(int port) throws Exception {
        return OtherUser.call(OtherUser.NOBODY, () -> PortReport.of(port));
    }

    @Test
    void theKernelIdentifiesSocketsThatCannotBeBorrowed() throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.open()) {
            namespace.run(
                    () -> {
                        assumeTrue(enabled(), "the kernel has no Multipath TCP");
                        try (ChildProcess _ = LiveServers.python(SOCKETS + "l = listener(7004)")) {
                            assertThat(PortReport.of(7002).unknown()).isEmpty();
                            PortReport report = asNobody(7002);
                            assertThat(report.unknown()).isNotEmpty();
                            assertThat(report.sockets())
                                    .hasSize(2)
                                    .allMatch(PortSocket::multipath)
                                    .allMatch(socket -> socket.owners().isEmpty());
                            assertThat(asNobody(7004).sockets())
                                    .singleElement()
                                    .matches(socket -> !socket.multipath());
                        }
                    });
        }
    }

    @Test
    void theirOptionsAreReadAndTheyAreDistinguishedFromPlainTcp() throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.open()) {
            namespace.run(
                    () -> {
                        assumeTrue(enabled(), "the kernel has no Multipath TCP");
                        try (ChildProcess program = LiveServers.python(SOCKETS)) {
                            PortReport listening = PortReport.of(7002);
                            assertThat(listening.unknown()).isEmpty();
                            assertThat(listening.sockets())
                                    .hasSize(2)
                                    .allMatch(PortSocket::multipath)
                                    .allMatch(socket -> socket.reuseport().orElseThrow());
                            PortSocket listener = listening.sockets().getFirst();
                            assertThat(listener.state()).isEqualTo(TcpState.LISTEN);
                            assertThat(listener.owners())
                                    .extracting(Owner::pid)
                                    .containsExactly(program.pid());
                            PortSocket silent = PortReport.of(7003).sockets().getFirst();
                            assertThat(silent.silent()).isTrue();
                            assertThat(silent.multipath()).isTrue();
                            assertThat(silent.reuseport()).contains(false);
                        }
                    });
        }
    }
}
