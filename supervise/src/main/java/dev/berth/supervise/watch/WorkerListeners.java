package dev.berth.supervise.watch;

import dev.berth.net.AcceptWaiters;
import dev.berth.net.Holder;
import dev.berth.net.Holders;
import dev.berth.net.Protocol;
import dev.berth.supervise.process.ProcessTrees;
import dev.berth.supervise.process.WorkerProcess;
import dev.berth.supervise.steering.HeldSocket;
import dev.berth.supervise.steering.ListenerRegistry;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// The shared listeners of a worker and the processes that could accept from them, at one moment.
///
/// @param pids of the worker and all processes that it started
public record WorkerListeners(List<HeldSocket> sockets, Set<Integer> pids) {
    /// The listeners of a live worker.
    public static WorkerListeners of(
            ListenerRegistry registry, ProcessTrees trees, WorkerProcess worker) {
        List<HeldSocket> sockets =
                registry.of(worker.id()).stream()
                        .filter(HeldSocket::listening)
                        .filter(socket -> socket.key().protocol() == Protocol.TCP)
                        .filter(socket -> !socket.key().own())
                        .toList();
        return new WorkerListeners(sockets, trees.of(worker));
    }

    /// Whether one of the processes waits for a connection.
    public AcceptWaiters.WaitState waiters() {
        return AcceptWaiters.check(
                pids, sockets.stream().map(HeldSocket::inode).collect(Collectors.toSet()));
    }

    /// Whether more than one process has the same listener.
    public boolean shared() {
        if (pids.size() < 2) {
            return false;
        }
        Map<Long, List<Holder>> holders = Holders.of(pids);
        return sockets.stream()
                .map(socket -> holders.getOrDefault(socket.inode(), List.of()))
                .anyMatch(found -> found.stream().map(Holder::pid).distinct().count() > 1);
    }

    /// How many connections wait to be accepted.
    int queue() {
        return sockets.stream().mapToInt(socket -> socket.queue().orElse(0)).sum();
    }
}
