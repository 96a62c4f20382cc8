package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bpf.SeccompFilter;
import dev.berth.sys.Arch;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Seccomp;
import dev.berth.sys.Syscall;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.FutureTask;

/// A sandbox that refuses netlink: either the socket or each request.
@RequiresRoot
class NetlinkRefusedTest {
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    /// Runs on a separate thread for which the system call `refused` fails.
    private static Capture sandboxed(Syscall refused, String... args) throws Exception {
        FutureTask<Capture> run =
                new FutureTask<>(
                        () -> {
                            long[] filter =
                                    SeccompFilter.deny(
                                            Arch.current(), List.of(refused), Errno.EPERM);
                            ErrnoException.check("seccomp", refused, Seccomp.install(filter));
                            return new Capture(args);
                        });
        Thread.ofPlatform().start(run).join();
        return run.get();
    }

    @ParameterizedTest
    @EnumSource(names = {"SOCKET", "SENDTO"})
    void whoShowsTheContentsOfProcNetAndSaysWhatIsMissing(Syscall refused) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 7, HERE)) {
            String port = "" + server.getLocalPort();
            var who = sandboxed(refused, "who", port);
            assertThat(who.err()).isEmpty();
            assertThat(who.code).isZero();
            assertThat(who.out())
                    .contains(
                            "LISTEN", "127.0.0.1]:" + port, "pid " + ProcessHandle.current().pid())
                    .contains("unknown:", "tcp sockets were read from /proc/net", "EPERM")
                    .contains("only bound are missing", "udp sockets were read from");
            var json = sandboxed(refused, "who", port, "--tcp", "--json");
            assertThat(json.out())
                    .contains("\"queue\":0", "\"reuseport\":false", "\"unknown\":[\"tcp sockets")
                    .doesNotContain("\"backlog\"", "\"cookie\"", "\"device\"", "\"drops\"");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SOCKET", "SENDTO"})
    void whyAnswersWithoutBeingCertain(Syscall refused) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 7, HERE)) {
            String address = "tcp://127.0.0.1:" + server.getLocalPort();
            var why = sandboxed(refused, "why", address, "--json");
            assertThat(why.code).isEqualTo(1);
            assertThat(why.out())
                    .contains("\"bind\":\"EADDRINUSE\"", "\"certain\":false")
                    .contains("\"note\":\"tcp sockets were read from /proc/net");
            if (refused == Syscall.SOCKET) {
                assertThat(why.out()).contains("cannot create a socket", "could not be checked");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SOCKET", "SENDTO"})
    void routeSaysThatThereIsNoOtherWay(Syscall refused) throws Exception {
        var route = sandboxed(refused, "route", "127.0.0.1:80", "--from", "127.0.0.1:5");
        assertThat(route.code).isEqualTo(1);
        assertThat(route.err().lines()).hasSize(1);
        assertThat(route.err()).contains("EPERM", "this needs netlink", "berth who 80");
        assertThat(route.out()).isEmpty();
    }
}
