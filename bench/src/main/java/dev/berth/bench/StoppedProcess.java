package dev.berth.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// A worker stopped in the middle of its work, with the connections it held at that moment: the
/// proof of which connections a kill may cost.
///
/// SIGSTOP stops every thread of the worker, which then accepts and closes nothing. The sockets
/// among its descriptors are exactly the connections it has accepted; a connection in the accept
/// queue has no inode and belongs to no process. SIGKILL then ends the worker without letting it
/// run again.
///
/// @param pids the worker and its children
/// @param atNanos when it was seen to be stopped, as of [System#nanoTime()]
/// @param clientPorts the client ports of the connections that it had accepted and not closed
/// @param waiting connections in its accept queues
record StoppedProcess(List<Integer> pids, long atNanos, Set<Integer> clientPorts, long waiting) {
    private static final Duration STOP_DEADLINE = Duration.ofSeconds(5);

    /// Stops the process tree of `pid`, which serves `port`, and records its connections. The
    /// caller then kills it.
    static StoppedProcess of(int pid, int port) throws IOException {
        List<Integer> pids = ProcFs.tree(pid).stream().map(ProcFs.Life::pid).toList();
        Shell.signal("STOP", pids);
        Waits.until(
                STOP_DEADLINE,
                () -> pids.stream().allMatch(ProcFs::stopped),
                () -> "not stopped by SIGSTOP: " + pids);
        long now = System.nanoTime();
        Set<Long> inodes = new HashSet<>();
        pids.forEach(each -> inodes.addAll(ProcFs.socketInodes(each)));
        Set<Integer> ports = new HashSet<>();
        long waiting = 0;
        for (TcpTable.Row row : TcpTable.onPort(port)) {
            if (row.listens() && inodes.contains(row.inode())) {
                waiting += row.queue();
            } else if (inodes.contains(row.inode())) {
                ports.add(row.remotePort());
            }
        }
        return new StoppedProcess(pids, now, ports, waiting);
    }

    /// Ends the stopped processes with SIGKILL.
    void kill() throws IOException {
        Shell.signal("KILL", pids);
    }

    /// Whether this kill explains `failure`: that very connection was open at the moment of the
    /// stop, had been accepted, and failed afterwards.
    boolean explains(FailedRequest failure) {
        return clientPorts.contains(failure.localPort())
                && failure.openedNanos() <= atNanos
                && failure.failedNanos() >= atNanos;
    }
}
