package dev.berth.supervise.watch;

import dev.berth.net.AcceptWaiters;
import dev.berth.net.Holder;
import dev.berth.net.Protocol;
import dev.berth.supervise.process.KernelTables;
import dev.berth.supervise.process.ProcessTree;
import dev.berth.supervise.process.WorkerProcess;
import dev.berth.supervise.steering.HeldSocket;
import dev.berth.supervise.steering.ListenerRegistry;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// The shared listeners of a worker and the processes that could accept from them, at one moment.
/// Made by a thread other than the owner's.
///
/// @param inodes of the listeners
/// @param pids of the worker and all processes that it started
record WorkerListeners(Set<Long> inodes, Set<Integer> pids, KernelTables tables) {
    /// Walks through /proc.
    static WorkerListeners of(Set<Long> inodes, ProcessTree tree, KernelTables tables) {
        return new WorkerListeners(inodes, tree.pids(tables.processes()), tables);
    }

    /// The shared listeners of a live worker.
    static List<HeldSocket> sockets(ListenerRegistry registry, WorkerProcess worker) {
        return registry.of(worker.id()).stream()
                .filter(HeldSocket::listening)
                .filter(socket -> socket.key().protocol() == Protocol.TCP)
                .filter(socket -> !socket.key().own())
                .toList();
    }

    static Set<Long> inodes(List<HeldSocket> sockets) {
        return sockets.stream().map(HeldSocket::inode).collect(Collectors.toSet());
    }

    /// How many connections wait to be accepted.
    static int queue(List<HeldSocket> sockets) {
        return sockets.stream().mapToInt(socket -> socket.queue().orElse(0)).sum();
    }

    /// Whether one of the processes waits for a connection.
    AcceptWaiters.WaitState waiters() {
        return AcceptWaiters.check(pids, inodes);
    }

    /// Whether more than one process has the same listener.
    boolean shared() {
        if (pids.size() < 2) {
            return false;
        }
        Map<Long, List<Holder>> holders = tables.holders(pids);
        return inodes.stream()
                .map(inode -> holders.getOrDefault(inode, List.of()))
                .anyMatch(found -> found.stream().map(Holder::pid).distinct().count() > 1);
    }
}
