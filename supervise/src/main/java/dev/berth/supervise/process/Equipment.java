package dev.berth.supervise.process;

import dev.berth.net.SockDiag;
import dev.berth.supervise.contract.Adopt;
import dev.berth.supervise.contract.Observer;
import dev.berth.supervise.contract.Plan;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// What a supervisor holds of the system from its beginning to its end.
public final class Equipment implements AutoCloseable {
    /// How long a look at what a worker's call asks for may take.
    private static final long CALL_MILLIS = 2_000;

    private static final int MOST_CALL_THREADS = 32;

    /// How long a look at the whole system may take.
    private static final long LOOK_MILLIS = 10_000;

    private static final int MOST_LOOK_THREADS = 3;

    private final Deque<Runnable> undo = new ArrayDeque<>();
    private final Loop loop;
    private final SockDiag diag;
    private final Aside calls;
    private final Aside looks;
    private final OutputPump pump;
    private final Spawner spawner;
    private final Optional<Cgroup> cgroup;
    private final Guard guard;
    private final Orphans orphans;
    private final ProcessTrees trees;
    private final Freezer freezer;

    /// @param cgroups whether to use a cgroup where the system allows it
    /// @param given the guard, which stays the caller's; empty: one of its own, that removes the
    ///   plan's directory
    /// @throws IOException the system refuses something; all else is given back
    public Equipment(Plan plan, Observer observer, boolean cgroups, Optional<Guard> given)
            throws IOException {
        try {
            // Before anything that it is to end or to remove.
            guard = given.isPresent() ? given.get() : ownGuard(plan.runtime());
            loop = new Loop(observer::said);
            undo.push(loop::close);
            diag = SockDiag.open();
            undo.push(diag::close);
            calls = new Aside(loop, "worker calls", CALL_MILLIS, MOST_CALL_THREADS);
            undo.push(calls::close);
            looks = new Aside(loop, "looks", LOOK_MILLIS, MOST_LOOK_THREADS);
            undo.push(looks::close);
            pump = new OutputPump(observer);
            undo.push(pump::close);
            spawner = Spawner.of(plan.adopt() == Adopt.SECCOMP, plan.user());
            undo.push(spawner::close);
            spawner.prepare();
            cgroup = cgroups ? Cgroup.create(plan.name(), guard::cgroup) : Optional.empty();
            cgroup.ifPresent(group -> undo.push(group::close));
            Subreaper.begin();
            undo.push(Subreaper::end);
            orphans = new Orphans(plan.name(), guard, cgroup);
            trees = new ProcessTrees(cgroup, orphans);
            freezer = new Freezer(cgroup, trees::entries);
        } catch (IOException | RuntimeException | Error failed) {
            close();
            throw failed;
        }
    }

    private Guard ownGuard(Path directory) throws IOException {
        Guard own = Guard.start(Optional.empty(), List.of(directory.toString()));
        undo.push(own::close);
        own.directory(directory);
        return own;
    }

    public Loop loop() {
        return loop;
    }

    public SockDiag diag() {
        return diag;
    }

    /// For what a worker's call needs to be answered, as the program waits.
    public Aside calls() {
        return calls;
    }

    /// For looks through /proc and the kernel's tables.
    public Aside looks() {
        return looks;
    }

    public OutputPump pump() {
        return pump;
    }

    /// For workers.
    public Spawner spawner() {
        return spawner;
    }

    public Optional<Cgroup> cgroup() {
        return cgroup;
    }

    public Guard guard() {
        return guard;
    }

    public Orphans orphans() {
        return orphans;
    }

    public ProcessTrees trees() {
        return trees;
    }

    public Freezer freezer() {
        return freezer;
    }

    /// Gives it back, the last first; twice is harmless. Work that was posted to the loop is still
    /// done, with everything else gone.
    @Override
    public void close() {
        while (!undo.isEmpty()) {
            undo.pop().run();
        }
    }
}
