package dev.berth.supervise.adoption;

import dev.berth.net.BoundAddress;
import dev.berth.net.DiagQuery;
import dev.berth.net.Holder;
import dev.berth.net.Holders;
import dev.berth.net.ListenAddress;
import dev.berth.net.LowPorts;
import dev.berth.net.PortConnections;
import dev.berth.net.PortHolder;
import dev.berth.net.Protocol;
import dev.berth.net.SockDiag;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpState;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.process.ProcessAncestry;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Who holds a port, for the message about a failed bind. It walks through /proc and reads the
/// command lines of other processes, so run it on a thread other than the owner's.
///
/// @param workers maps processes to the workers that they belong to
/// @param shared the TCP ports that are shared at present
record PortOwners(ServiceSpec spec, ProcessAncestry workers, Collection<Integer> shared) {
    PortOwners {
        shared = List.copyOf(shared);
    }

    /// Why `key` could not be bound or listened on, and what to do, as far as the error alone
    /// shows.
    static String brief(IOException failed, GroupKey key) {
        if (!(failed instanceof ErrnoException known)) {
            return key + ": " + failed.getMessage();
        }
        return known.is(Errno.EACCES)
                ? LowPorts.refused(key.toString(), key.address().port(), key.toString())
                : String.valueOf(known.getMessage());
    }

    /// The same, with a lookup of who holds it; for a caller that can wait.
    static String explain(IOException failed, GroupKey key, ServiceSpec spec) {
        return failed instanceof ErrnoException known && known.is(Errno.EADDRINUSE)
                ? new PortOwners(spec, new ProcessAncestry(Map.of()), List.of()).taken(key)
                : brief(failed, key);
    }

    /// Who holds `key`, and what to do.
    String taken(GroupKey key) {
        try (SockDiag diag = SockDiag.open()) {
            List<SocketRow> rows = bound(key.listen(), diag);
            if (!rows.isEmpty()) {
                return taken(key.listen(), rows);
            }
            return key
                    + PortConnections.of(key.listen(), diag)
                            .orElse(
                                    " was in use when it was requested, but nothing is visible"
                                            + " there now; try again");
        } catch (IOException unreadable) {
            return key + " is taken; its owner could not be found: " + unreadable.getMessage();
        }
    }

    private String taken(ListenAddress wanted, List<SocketRow> rows) {
        Map<Long, List<Holder>> holders = Holders.everywhere();
        for (SocketRow row : rows) {
            Optional<String> own = own(wanted, holders.getOrDefault(row.inode(), List.of()));
            if (own.isPresent()) {
                return own.get();
            }
        }
        String who =
                rows.stream()
                        .map(
                                row ->
                                        PortHolder.of(
                                                row, holders.getOrDefault(row.inode(), List.of())))
                        .map(PortHolder::toString)
                        .distinct()
                        .collect(Collectors.joining(", "));
        return wanted + " is taken by " + who + "; stop it, or use another port";
    }

    /// What to do if a worker of this service is among `holders`.
    Optional<String> own(ListenAddress wanted, List<Holder> holders) {
        for (Holder holder : holders) {
            Optional<WorkerId> worker = workers.worker(holder.pid());
            if (worker.isPresent()) {
                return Optional.of(
                        SiblingPortConflict.advice(
                                spec, wanted, worker.get(), holder.pid(), shared));
            }
        }
        return Optional.empty();
    }

    private static List<SocketRow> bound(ListenAddress wanted, SockDiag diag) throws IOException {
        DiagQuery all = DiagQuery.all(wanted.protocol());
        return overlapping(
                wanted,
                wanted.protocol() == Protocol.TCP
                        ? all.withStates(TcpState.LISTEN, TcpState.BOUND_INACTIVE)
                        : all,
                diag);
    }

    private static List<SocketRow> overlapping(ListenAddress wanted, DiagQuery all, SockDiag diag)
            throws IOException {
        return diag.dump(all.withLocalPort(wanted.address().port())).stream()
                .filter(row -> BoundAddress.of(wanted).overlaps(BoundAddress.of(row)))
                .toList();
    }

    /// Who is in the way of a bind that was left to the kernel: a listener on the port, other than
    /// the socket `inode`, that allows no other socket there. Empty if there is none.
    Optional<String> conflict(ListenAddress wanted, long inode) throws IOException {
        try (SockDiag diag = SockDiag.open()) {
            boolean tcp = wanted.protocol() == Protocol.TCP;
            DiagQuery all =
                    DiagQuery.all(wanted.protocol())
                            .withStates(tcp ? TcpState.LISTEN : TcpState.CLOSE);
            List<SocketRow> rows = overlapping(wanted, all, diag);
            boolean bound = rows.stream().anyMatch(row -> row.inode() == inode);
            return rows.isEmpty() || bound ? Optional.empty() : Optional.of(taken(wanted, rows));
        }
    }
}
