package dev.berth.net;

import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Pidfds;
import dev.berth.sys.Processes;
import dev.berth.sys.SocketOption;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Whether our sockets can join the group of another process's socket, and whether they would then
/// get any connections. The kernel does not list SO_REUSEPORT: it is read from a copy of the
/// descriptor.
public final class GroupJoinCheck {
    private static final Pattern SOCKET_MAP = Pattern.compile("(?m)^map_type:\\s*20$");

    private GroupJoinCheck() {}

    /// Whether a socket of this user with SO_REUSEPORT would join the group of the socket in `row`;
    /// empty if that cannot be determined because none of its `holders` can be inspected.
    public static Optional<Boolean> joinable(SocketRow row, List<Holder> holders) {
        return row.uid() == Processes.geteuid()
                ? holders.stream().flatMap(holder -> reuseport(holder).stream()).findFirst()
                : Optional.of(false);
    }

    /// Whether one of `holders` has a table of sockets for an eBPF program that chooses among them:
    /// a socket that joins such a group gets nothing.
    ///
    /// **Source:** bpf(2), `BPF_MAP_TYPE_REUSEPORT_SOCKARRAY`; proc_pid_fdinfo(5).
    public static boolean isSteeredByEbpf(List<Holder> holders) {
        return holders.stream().map(Holder::pid).distinct().anyMatch(GroupJoinCheck::hasTable);
    }

    private static boolean hasTable(int pid) {
        Path process = Path.of("/proc", Integer.toString(pid));
        try (Stream<Path> descriptors = Files.list(process.resolve("fd"))) {
            return descriptors.anyMatch(fd -> isTable(process, fd));
        } catch (IOException | UncheckedIOException unreadable) {
            return false;
        }
    }

    private static boolean isTable(Path process, Path fd) {
        try {
            Path info = process.resolve("fdinfo").resolve(fd.getFileName());
            return Files.readSymbolicLink(fd).toString().contains("bpf-map")
                    && SOCKET_MAP.matcher(Files.readString(info)).find();
        } catch (IOException closed) {
            return false;
        }
    }

    private static Optional<Boolean> reuseport(Holder holder) {
        try (Fd process = Fd.of("pidfd_open", holder.pid(), Pidfds.pidfdOpen(holder.pid(), 0));
                Fd socket =
                        Fd.of(
                                "pidfd_getfd",
                                holder,
                                Pidfds.pidfdGetfd(process.number(), holder.fd()))) {
            return Optional.of(SocketOption.REUSEPORT.read(socket.number()) != 0);
        } catch (ErrnoException unreadable) {
            return Optional.empty();
        }
    }
}
