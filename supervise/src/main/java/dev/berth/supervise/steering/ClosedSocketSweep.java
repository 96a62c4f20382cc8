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
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Finds sockets that no process of their worker holds any more.
public record ClosedSocketSweep(ListenerRegistry registry) {
    /// Which processes of a worker hold which sockets.
    ///
    /// @param blind whether the descriptors of one of them cannot be read
    public record HolderScan(Map<Long, List<Holder>> holders, boolean blind) {
        static HolderScan of(Set<Integer> pids) {
            return new HolderScan(
                    Holders.of(pids), pids.stream().anyMatch(ClosedSocketSweep::unreadable));
        }
    }

    /// Runs a check on a thread other than the owner's, and passes the result to the owner thread;
    /// empty if it was not done in time.
    public interface Background {
        void run(Callable<HolderScan> look, Consumer<Optional<HolderScan>> answer);
    }

    /// Gives up sockets that the worker itself has closed.
    ///
    /// @param processes of the worker; called in the background, and only if any socket is not
    ///   where it was last seen
    /// @param left called by the owner thread with whether a shared socket is left, as far as is
    ///   known
    public void closeUnheld(
            WorkerId worker,
            Supplier<Set<Integer>> processes,
            Background background,
            Consumer<Boolean> left) {
        if (intact(worker)) {
            left.accept(true);
            return;
        }
        background.run(
                () -> HolderScan.of(processes.get()),
                seen -> left.accept(seen.isEmpty() || closeUnheld(worker, seen.get())));
    }

    private boolean intact(WorkerId worker) {
        return registry.of(worker).stream().allMatch(ClosedSocketSweep::stillHeld);
    }

    private boolean closeUnheld(WorkerId worker, HolderScan seen) {
        boolean any = false;
        for (HeldSocket socket : registry.of(worker)) {
            List<Holder> found = seen.holders().getOrDefault(socket.inode(), List.of());
            if (!found.isEmpty()) {
                socket.setHolder(found.stream().findFirst());
            }
            if (!found.isEmpty() || seen.blind() || stillHeld(socket) || !abandoned(socket)) {
                any |= serves(socket);
            }
        }
        return any;
    }

    /// A socket that cannot be given up is left to the next check.
    private boolean abandoned(HeldSocket socket) {
        try {
            registry.releaseQueue(socket);
            return true;
        } catch (ErrnoException failed) {
            return false;
        }
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
