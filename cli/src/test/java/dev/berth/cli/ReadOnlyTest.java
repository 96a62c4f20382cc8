package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bpf.SeccompFilter;
import dev.berth.sys.Arch;
import dev.berth.sys.Fd;
import dev.berth.sys.Notification;
import dev.berth.sys.Seccomp;
import dev.berth.sys.SocketOption;
import dev.berth.sys.Sockets;
import dev.berth.sys.Syscall;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;

/// Read-only commands, watched by a seccomp listener that sees every bind(2) and listen(2) of their
/// thread and of all threads that it starts.
@RequiresRoot
class ReadOnlyTest {
    private static final long PAUSE_NANOS = 200_000;
    private static final List<Syscall> WATCHED =
            List.of(Syscall.BIND, Syscall.LISTEN, Syscall.SETSOCKOPT);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "who %s",
                "who --all-netns",
                "who --all --json",
                "why tcp://127.0.0.1:%s",
                "why udp://127.0.0.1:%s --reuseport",
                "why udp://127.0.0.2:%s",
                "route 127.0.0.1:%s --from 127.0.0.1:5 --spread 9",
            })
    void nothingListensAndNoDatagramSocketIsBound(String line) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 7, InetAddress.getLoopbackAddress())) {
            String[] args = line.formatted(server.getLocalPort()).split(" ");
            // The rules are checked once, elsewhere.
            new Capture(args);
            List<String> made = new ArrayList<>();
            Capture run = watched(made, args);
            assertThat(run.out()).isNotEmpty();
            assertThat(made).doesNotContain("LISTEN", "BIND datagram").contains("SETSOCKOPT");
        }
    }

    private static Capture watched(List<String> made, String... args) throws Exception {
        CompletableFuture<Fd> watcher = new CompletableFuture<>();
        FutureTask<Capture> run =
                new FutureTask<>(
                        () -> {
                            long[] filter = SeccompFilter.notify(Arch.current(), WATCHED);
                            long number = Seccomp.installListener(filter, false);
                            watcher.complete(Fd.of("seccomp", "", number));
                            return new Capture(args);
                        });
        Thread thread = Thread.ofPlatform().start(run);
        try (Fd listener = watcher.get()) {
            while (thread.isAlive()) {
                Optional<Notification> call = Seccomp.receive(listener.number());
                if (call.isPresent()) {
                    made.add(named(call.get()));
                    Seccomp.proceed(listener.number(), call.get().id());
                } else {
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
        }
        return run.get();
    }

    private static String named(Notification call) throws Exception {
        if (!call.is(Syscall.BIND)) {
            return call.is(Syscall.LISTEN) ? "LISTEN" : "SETSOCKOPT";
        }
        long type = SocketOption.TYPE.read(call.intArgument(0));
        return type == Sockets.SOCK_DGRAM ? "BIND datagram" : "BIND stream";
    }
}
