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

/// The system resources that a supervisor holds from beginning to end.
public final class Equipment implements AutoCloseable {
    /// How long the examination of a worker's call may take.
    private static final long CALL_MILLIS = 2_000;

    private static final int MOST_CALL_THREADS = 32;

    /// How long a scan of the whole system may take.
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

    /// Opens everything.
    ///
    /// @param cgroups whether to use a cgroup where the system allows it
    /// @param given the guard, which stays the caller's; if empty, the supervisor has its own,
    ///   which removes the plan's directory
    /// @throws IOException the system refuses something; everything else is given back
    public Equipment(Plan plan, Observer observer, boolean cgroups, Optional<Guard> given)
            throws IOException {
        try {
            // Before anything that the guard has to end or remove.
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

    /// For tasks that a worker's call needs for its answer: the program is waiting.
    public Aside calls() {
        return calls;
    }

    /// For scans of /proc and the kernel's tables.
    public Aside looks() {
        return looks;
    }

    public OutputPump pump() {
        return pump;
    }

    /// Starts workers.
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

    /// Gives everything back in reverse order; closing twice is harmless. Work that was posted to
    /// the loop is still done, with everything else gone.
    @Override
    public void close() {
        while (!undo.isEmpty()) {
            undo.pop().run();
        }
    }
}
