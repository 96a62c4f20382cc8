package dev.berth.supervise.watch;

import dev.berth.net.SocketLookup;
import dev.berth.net.SocketRow;
import dev.berth.supervise.process.KernelTables;
import dev.berth.supervise.process.ProcessTree;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// What the kernel knows about the connections of a new worker: a task for a thread other than the
/// owner's.
///
/// @param ports on which it listens
/// @param beyond how many of the connections that were steered to it are not in its queues; those
///   that are not in the handshake either, it has accepted
/// @param accepted whether it is known to have accepted one
/// @param before the connections that it had at the previous scan, by inode
record VerificationScan(
        ProcessTree tree,
        Set<Integer> ports,
        long beyond,
        boolean accepted,
        Set<Long> before,
        KernelTables tables) {
    /// What was found.
    ///
    /// @param accepted whether it has accepted a connection
    /// @param done whether a connection that it accepted is gone, or has carried data to the client
    /// @param open the connections that it has, by inode, if it has accepted any
    record Found(boolean accepted, boolean done, Set<Long> open) {}

    Found scan() throws IOException {
        Set<Integer> pids = tree.pids(tables.processes());
        try (SocketLookup sockets = tables.sockets()) {
            if (!accepted && !counted(sockets) && !connected(pids, sockets)) {
                return new Found(false, false, before);
            }
            List<SocketRow> now = WorkerConnections.of(pids, ports, sockets, tables);
            Set<Long> open = now.stream().map(SocketRow::inode).collect(Collectors.toSet());
            boolean done =
                    open.isEmpty()
                            || !open.containsAll(before)
                            || now.stream()
                                    .flatMap(row -> row.info().stream())
                                    .anyMatch(info -> info.segments().dataOut() > 0);
            return new Found(true, done, open);
        }
    }

    /// Connections that were steered to it are queued or accepted now, except for handshakes that
    /// take longer.
    private boolean counted(SocketLookup sockets) throws IOException {
        return beyond > 0 && beyond > WorkerConnections.handshakes(ports, sockets).size();
    }

    private boolean connected(Set<Integer> pids, SocketLookup sockets) throws IOException {
        return WorkerConnections.open(pids, ports, sockets, tables) > 0;
    }
}
