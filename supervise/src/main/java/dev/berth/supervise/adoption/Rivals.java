package dev.berth.supervise.adoption;

import dev.berth.net.BoundAddress;
import dev.berth.net.DiagQuery;
import dev.berth.net.Holder;
import dev.berth.net.Holders;
import dev.berth.net.Protocol;
import dev.berth.net.SharedSockets;
import dev.berth.net.SockDiag;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpState;
import dev.berth.supervise.contract.Plan;
import dev.berth.supervise.control.ControlPath;
import dev.berth.supervise.control.RuntimeDirectory;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.supervise.steering.SocketRegistry;
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

/// Listeners of others where a new group is about to begin. With SO_REUSEPORT on both sides the
/// kernel would let it, and either would lose a part of its connections to the other, unseen.
///
/// Only the kernel's tables are read: a socket of ours that tried would be a member already.
final class Rivals {
    private static final long PATIENCE_NANOS = 200_000_000;
    private static final String JOIN = ", take another port, or share it with that one: --join";
    private static final String LED =
            " or take another port: it leads every connection to its own sockets; to share the"
                    + " port, start both with --join";

    private final Plan plan;
    private final SocketRegistry registry;
    private final int uid = Processes.geteuid();

    Rivals(Plan plan, SocketRegistry registry) {
        this.plan = plan;
        this.registry = registry;
    }

    /// Listeners of others that a client of `key` could reach instead; none where the group is
    /// there already. One question to the kernel.
    List<SocketRow> of(GroupKey key) throws IOException {
        return registry.group(key).isPresent() ? List.of() : others(key);
    }

    /// Whether `rows` are reason enough to refuse `key`, whoever they are: a listener of TCP lets
    /// nobody beside it, or lets ours join it, which nobody wants here.
    boolean certain(GroupKey key, List<SocketRow> rows) {
        return key.protocol() == Protocol.TCP
                && !plan.join()
                && rows.stream().anyMatch(row -> row.uid() == uid);
    }

    /// Why no group may begin at `key` beside `rows`, and what to do; empty if one may: others are
    /// welcome, or nobody is there who would let ours in (who would not is in the way of the bind
    /// itself). Walks through /proc: for a thread beside the owner's.
    Optional<String> refusal(GroupKey key, List<SocketRow> rows, Occupants occupants) {
        var holders = Holders.everywhere();
        for (SocketRow row : rows) {
            List<Holder> own = holders.getOrDefault(row.inode(), List.of());
            Optional<String> ours = occupants.own(key.listen(), own);
            if (ours.isPresent()) {
                return ours;
            }
            boolean led = SharedSockets.led(own);
            if ((led || !plan.join()) && SharedSockets.joinable(row, own).orElse(true)) {
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

    /// Whether some client could reach either.
    static boolean meets(GroupKey key, SocketRow row) {
        return key.bound().overlaps(BoundAddress.of(row));
    }

    private String refusal(GroupKey key, SocketRow row, List<Holder> holders) {
        return key
                + supervisor(holders)
                        .orElse(" is taken by " + Occupants.describe(row, holders) + "; stop that");
    }

    /// What to say if a supervisor is among `holders`: one whose control socket is theirs.
    private Optional<String> supervisor(List<Holder> holders) {
        Path own = plan.runtime().toAbsolutePath();
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
        try (Fd fd = ControlPath.connect(control, PATIENCE_NANOS)) {
            int pid = Sockets.peerCredentials(fd.number()).pid();
            String name = String.valueOf(directory.getFileName());
            return holders.stream().anyMatch(holder -> holder.pid() == pid)
                    ? Optional.of(
                            " belongs to the supervisor %s (pid %d) already; stop that (berth stop %s)"
                                    .formatted(name, pid, name))
                    : Optional.empty();
        } catch (ErrnoException nobody) {
            return Optional.empty();
        }
    }
}
