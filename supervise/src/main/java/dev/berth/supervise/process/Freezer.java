package dev.berth.supervise.process;

import dev.berth.net.ProcessEntry;
import dev.berth.net.ProcessList;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.sys.Fd;
import dev.berth.sys.Pidfds;
import dev.berth.sys.Signal;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// Stops all processes of a worker for some milliseconds: through its cgroup, and those outside the
/// cgroup with SIGSTOP.
///
/// Processes that were stopped by others before stay stopped afterwards.
///
/// May be used from any thread.
public final class Freezer {
    private static final int TRIES = 50;
    private static final int PAUSE_MILLIS = 1;

    private final Optional<Cgroup> cgroup;
    private final Function<ProcessTree, Collection<ProcessEntry>> processes;

    /// @param processes returns the live processes of a worker
    Freezer(Optional<Cgroup> cgroup, Function<ProcessTree, Collection<ProcessEntry>> processes) {
        this.cgroup = cgroup;
        this.processes = processes;
    }

    /// A frozen worker.
    ///
    /// **Ownership:** keeps descriptors open, so that nothing needs to be opened to let it run on.
    public static final class Frozen implements AutoCloseable {
        private final Optional<Cgroup.Freeze> group;
        private final List<Stopped> stopped = new ArrayList<>();

        private Frozen(Optional<Cgroup.Freeze> group) {
            this.group = group;
        }

        /// Whether every process of it is frozen.
        private boolean complete() {
            return group.map(Cgroup.Freeze::complete).orElse(true)
                    && stopped.stream().allMatch(process -> still(process.entry));
        }

        /// Lets it run on; closing twice is harmless.
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

    /// Returns when all of its processes are frozen, or after 50 ms: then a process in an
    /// uninterruptible system call is not frozen yet. If this fails, all of them run on.
    public Frozen freeze(ProcessTree worker) {
        // This takes longest, so it comes first: the worker should be frozen only briefly.
        Collection<ProcessEntry> seen = processes.apply(worker);
        Frozen frozen = new Frozen(cgroup.flatMap(all -> all.freeze(worker.id())));
        try {
            stop(worker.id(), seen, frozen);
            await(frozen);
            return frozen;
        } catch (RuntimeException | Error failed) {
            frozen.close();
            throw failed;
        }
    }

    /// Stops the processes that are not in the cgroup.
    private void stop(WorkerId id, Collection<ProcessEntry> seen, Frozen frozen) {
        Set<Integer> reached =
                frozen.group.isPresent() ? Set.copyOf(cgroup.orElseThrow().everyPid(id)) : Set.of();
        for (ProcessEntry entry : seen) {
            if (!reached.contains(entry.pid())) {
                stop(entry, frozen);
            }
        }
    }

    private static void stop(ProcessEntry entry, Frozen frozen) {
        long opened = Pidfds.pidfdOpen(entry.pid(), 0);
        if (opened < 0) {
            return;
        }
        Fd pidfd = new Fd((int) opened);
        Optional<ProcessEntry> now = ProcessList.of(entry.pid());
        if (now.filter(seen -> seen.startTicks() == entry.startTicks() && !halted(seen))
                .isEmpty()) {
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
