package dev.berth.supervise.steering;

import dev.berth.net.Holder;
import dev.berth.net.Holders;
import dev.berth.net.ProcessList;
import dev.berth.net.Protocol;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.sys.ErrnoException;

import java.io.File;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/// Sockets that no process of their worker holds any more.
public final class Unheld {
    private final SocketRegistry registry;

    public Unheld(SocketRegistry registry) {
        this.registry = registry;
    }

    /// Gives up sockets that the worker itself has closed; whether it has a shared one left, where
    /// it had any.
    ///
    /// @param processes of the worker; asked only if any socket is not where it was last seen
    public boolean drop(WorkerId worker, Supplier<Set<Integer>> processes) throws ErrnoException {
        List<HeldSocket> sockets = registry.of(worker);
        if (sockets.stream().allMatch(Unheld::stillHeld)) {
            return true;
        }
        Set<Integer> pids = processes.get();
        Map<Long, List<Holder>> holders = Holders.of(pids);
        boolean blind = pids.stream().anyMatch(Unheld::unreadable);
        boolean any = false;
        for (HeldSocket socket : sockets) {
            List<Holder> found = holders.getOrDefault(socket.inode(), List.of());
            if (found.isEmpty() && !blind) {
                registry.abandon(socket);
            } else {
                socket.heldBy(found.stream().findFirst());
                any |= serves(socket);
            }
        }
        return any;
    }

    private static boolean serves(HeldSocket socket) {
        boolean datagrams = socket.key().protocol() == Protocol.UDP;
        return !socket.key().own() && (socket.listening() || datagrams);
    }

    /// Whether the descriptors of a process are hidden from this user, as those of a program that
    /// made itself undumpable are.
    private static boolean unreadable(int pid) {
        return new File("/proc/" + pid + "/fd").list() == null
                && ProcessList.of(pid).filter(entry -> !entry.zombie()).isPresent();
    }

    private static boolean stillHeld(HeldSocket socket) {
        Optional<Holder> holder = socket.holder();
        return holder.isPresent() && Holders.holds(holder.get(), socket.inode());
    }
}
