package dev.berth.supervise.process;

import dev.berth.net.ProcessEntry;
import dev.berth.net.ProcessList;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.sys.Fd;
import dev.berth.sys.Pidfds;
import dev.berth.sys.Signal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Stops all processes of a worker for some milliseconds: by its cgroup, and those that are in none
/// by SIGSTOP.
///
/// What somebody else has stopped before stays stopped afterwards.
public final class Freezer {
    private static final int TRIES = 50;
    private static final int PAUSE_MILLIS = 1;

    private final Optional<Cgroup> cgroup;
    private final ProcessTrees trees;

    Freezer(Optional<Cgroup> cgroup, ProcessTrees trees) {
        this.cgroup = cgroup;
        this.trees = trees;
    }

    /// A worker that stands still.
    ///
    /// **ownership**: has descriptors open, so that nothing is needed to let it run on.
    public static final class Frozen implements AutoCloseable {
        private final Optional<Cgroup.Freeze> group;
        private final List<Stopped> stopped = new ArrayList<>();

        private Frozen(Optional<Cgroup.Freeze> group) {
            this.group = group;
        }

        /// Whether every process of it stands still.
        private boolean complete() {
            return group.map(Cgroup.Freeze::complete).orElse(true)
                    && stopped.stream().allMatch(process -> still(process.entry));
        }

        /// Lets it run on; twice is harmless.
        @Override
        public void close() {
            group.ifPresent(Cgroup.Freeze::close);
            for (Stopped process : stopped) {
                Pidfds.pidfdSendSignal(process.pidfd.number(), Signal.CONT.number());
                process.pidfd.close();
            }
            stopped.clear();
        }
    }

    private record Stopped(ProcessEntry entry, Fd pidfd) {}

    /// Returns when all of it stands still, or after 50 ms: then what is in a system call that
    /// cannot be interrupted is still on its way.
    public Frozen freeze(LiveWorker worker) {
        WorkerId id = worker.id();
        Optional<Cgroup.Freeze> group = cgroup.flatMap(all -> all.freeze(id));
        Frozen frozen = new Frozen(group);
        Set<Integer> reached =
                group.isPresent() ? Set.copyOf(cgroup.orElseThrow().everyPid(id)) : Set.of();
        for (ProcessEntry entry : trees.tree(worker).entries(ProcessList.read()).values()) {
            if (!reached.contains(entry.pid()) && !halted(entry)) {
                stop(entry, frozen);
            }
        }
        await(frozen);
        return frozen;
    }

    private static void stop(ProcessEntry entry, Frozen frozen) {
        long opened = Pidfds.pidfdOpen(entry.pid(), 0);
        if (opened < 0) {
            return;
        }
        Fd pidfd = new Fd((int) opened);
        Optional<ProcessEntry> now = ProcessList.of(entry.pid());
        if (now.filter(seen -> seen.startTicks() == entry.startTicks()).isEmpty()) {
            pidfd.close();
            return;
        }
        frozen.stopped.add(new Stopped(entry, pidfd));
        Pidfds.pidfdSendSignal(pidfd.number(), Signal.STOP.number());
    }

    private static boolean halted(ProcessEntry entry) {
        return entry.state().equalsIgnoreCase("T");
    }

    private static boolean still(ProcessEntry entry) {
        Optional<ProcessEntry> now = ProcessList.of(entry.pid());
        return now.isEmpty() || now.get().zombie() || halted(now.get());
    }

    private static void await(Frozen frozen) {
        try {
            for (int i = 0; i < TRIES && !frozen.complete(); i++) {
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }
}
