package dev.berth.supervise.adoption;

import dev.berth.net.BoundAddress;
import dev.berth.net.DiagQuery;
import dev.berth.net.GroupJoinCheck;
import dev.berth.net.Holder;
import dev.berth.net.Holders;
import dev.berth.net.PortHolder;
import dev.berth.net.Protocol;
import dev.berth.net.SockDiag;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpState;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.control.RuntimeDirectory;
import dev.berth.supervise.control.UnixSocketPath;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.supervise.steering.ListenerRegistry;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Processes;
import dev.berth.sys.Sockets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Finds foreign listeners where a new group is about to begin. With SO_REUSEPORT on both sides the
/// kernel would allow it, and each side would silently lose a part of its connections to the other.
///
/// Only the kernel's tables are read: a test socket of ours would be a member already.
record ConflictCheck(ServiceSpec spec, ListenerRegistry registry) {
    private static final long PATIENCE_NANOS = 200_000_000;
    private static final String JOIN = ", use another port, or share this one with it: --join";
    private static final String LED =
            " or use another port: it steers every connection to its own sockets; to share the"
                    + " port, start both with --join";

    /// Foreign listeners that a client of `key` could reach instead; none if the group exists
    /// already. One query to the kernel.
    List<SocketRow> of(GroupKey key) throws IOException {
        return registry.group(key).isPresent() ? List.of() : others(key);
    }

    /// Whether `rows` alone are reason enough to refuse `key`, whoever owns them: a TCP listener
    /// either allows no other socket there, or would let ours join it, which is not wanted here.
    boolean certain(GroupKey key, List<SocketRow> rows) {
        return key.protocol() == Protocol.TCP
                && !spec.join()
                && rows.stream().anyMatch(row -> row.uid() == Processes.geteuid());
    }

    /// Why no group may begin at `key` alongside `rows`, and what to do. Empty if one may: others
    /// are welcome, or no listener there would let ours in (such a listener blocks the bind
    /// itself). Walks through /proc: run it on a thread other than the owner's.
    Optional<String> refusal(GroupKey key, List<SocketRow> rows, PortOwners owners) {
        var holders = Holders.everywhere();
        for (SocketRow row : rows) {
            List<Holder> own = holders.getOrDefault(row.inode(), List.of());
            Optional<String> ours = owners.own(key.listen(), own);
            if (ours.isPresent()) {
                return ours;
            }
            boolean led = GroupJoinCheck.isSteeredByEbpf(own);
            if ((led || !spec.join()) && GroupJoinCheck.joinable(row, own).orElse(true)) {
                return Optional.of(refusal(key, row, own) + (led ? LED : JOIN));
            }
        }
        return Optional.empty();
    }

    private List<SocketRow> others(GroupKey key) throws IOException {
        boolean tcp = key.protocol() == Protocol.TCP;
        DiagQuery query =
                DiagQuery.all(key.protocol())
                        .withLocalPort(key.address().port())
                        .withStates(tcp ? TcpState.LISTEN : TcpState.CLOSE);
        try (SockDiag diag = SockDiag.open()) {
            return diag.dump(query).stream()
                    .filter(row -> !registry.has(row.inode()) && meets(key, row))
                    .toList();
        }
    }

    /// Whether some client could reach either of the two.
    static boolean meets(GroupKey key, SocketRow row) {
        return key.bound().overlaps(BoundAddress.of(row));
    }

    private String refusal(GroupKey key, SocketRow row, List<Holder> holders) {
        return key
                + supervisor(holders)
                        .orElse(" is taken by " + PortHolder.of(row, holders) + "; stop it");
    }

    /// What to say if a supervisor is among `holders`, that is, if one of them owns a supervisor's
    /// control socket.
    private Optional<String> supervisor(List<Holder> holders) {
        Path own = spec.runtime().toAbsolutePath();
        Path all = own.getParent();
        if (all == null) {
            return Optional.empty();
        }
        try (Stream<Path> directories = Files.list(all)) {
            return directories
                    .filter(directory -> !directory.equals(own))
                    .flatMap(directory -> supervisor(directory, holders).stream())
                    .findFirst();
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    private static Optional<String> supervisor(Path directory, List<Holder> holders) {
        Path control = directory.resolve(RuntimeDirectory.CONTROL);
        try (Fd fd = UnixSocketPath.connect(control, PATIENCE_NANOS)) {
            int pid = Sockets.peerCredentials(fd.number()).pid();
            String name = String.valueOf(directory.getFileName());
            return holders.stream().anyMatch(holder -> holder.pid() == pid)
                    ? Optional.of(
                            " already belongs to supervisor %s (pid %d); stop it (berth stop %s)"
                                    .formatted(name, pid, name))
                    : Optional.empty();
        } catch (ErrnoException nobody) {
            return Optional.empty();
        }
    }
}
