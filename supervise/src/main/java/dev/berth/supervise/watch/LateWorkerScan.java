package dev.berth.supervise.watch;

import dev.berth.net.CpuTime;
import dev.berth.net.DiagQuery;
import dev.berth.net.ListenAddress;
import dev.berth.net.NetNamespace;
import dev.berth.net.Protocol;
import dev.berth.net.RunQueue;
import dev.berth.net.SocketLookup;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpState;
import dev.berth.net.UnixListeners;
import dev.berth.supervise.process.KernelTables;
import dev.berth.supervise.process.ProcessTree;

import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/// What a worker that did not listen in time is doing: where it listens instead, and whether it
/// works, waits for a CPU or sleeps.
///
/// @param seen whether the descriptors of all its processes could be read, and none of them is in
///   another network namespace: otherwise it may have sockets that are not listed here
/// @param tcp where it listens
/// @param unix names of Unix sockets on which it listens
/// @param udp where it is bound
/// @param total CPU time since its start
/// @param lately CPU time within [#SAMPLE_MILLIS]
/// @param queue the machine's
public record LateWorkerScan(
        boolean seen,
        List<ListenAddress> tcp,
        List<String> unix,
        List<ListenAddress> udp,
        CpuTime total,
        CpuTime lately,
        RunQueue queue) {
    /// How long it is observed.
    static final long SAMPLE_MILLIS = 300;

    /// A worker that used or wanted this much CPU within that time is working.
    private static final long WORKS_MILLIS = 60;

    public LateWorkerScan {
        tcp = List.copyOf(tcp);
        unix = List.copyOf(unix);
        udp = List.copyOf(udp);
    }

    /// Whether it used the CPU just now, or wanted to.
    boolean working() {
        return lately.usedMillis() + lately.waitedMillis() >= WORKS_MILLIS;
    }

    /// Inspects the worker. Walks through /proc and takes its time: run it on a thread other than
    /// the owner's.
    ///
    /// @throws IOException the kernel's tables of sockets cannot be read
    public static LateWorkerScan of(ProcessTree tree, KernelTables tables) throws IOException {
        Set<Integer> pids = tree.pids(tables.processes());
        CpuTime before = CpuTime.of(pids);
        pause();
        CpuTime total = CpuTime.of(pids);
        RunQueue queue = RunQueue.now();
        Set<Long> own = tables.holders(pids).keySet();
        try (SocketLookup diag = tables.sockets()) {
            return new LateWorkerScan(
                    visible(pids),
                    bound(diag, Protocol.TCP, TcpState.LISTEN, own),
                    UnixListeners.of(own),
                    bound(diag, Protocol.UDP, TcpState.CLOSE, own),
                    total,
                    total.since(before),
                    queue);
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(SAMPLE_MILLIS);
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", hurry);
        }
    }

    private static boolean visible(Collection<Integer> pids) {
        try {
            long ours = NetNamespace.current().inode();
            for (int pid : pids) {
                if (new File("/proc/" + pid + "/fd").list() == null
                        || NetNamespace.of(pid).inode() != ours) {
                    return false;
                }
            }
            return !pids.isEmpty();
        } catch (IOException closed) {
            return false;
        }
    }

    private static List<ListenAddress> bound(
            SocketLookup diag, Protocol protocol, TcpState state, Set<Long> own)
            throws IOException {
        List<ListenAddress> found = new ArrayList<>();
        for (SocketRow row : diag.dump(DiagQuery.all(protocol).withStates(state))) {
            if (own.contains(row.inode())) {
                found.add(new ListenAddress(protocol, row.local().unmapped()));
            }
        }
        return found.stream().distinct().toList();
    }
}
