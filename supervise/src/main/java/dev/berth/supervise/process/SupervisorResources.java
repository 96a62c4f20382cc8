package dev.berth.supervise.process;

import dev.berth.net.SocketLookup;
import dev.berth.supervise.contract.EventSink;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.contract.SocketSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// The system resources that a supervisor holds from beginning to end.
public final class SupervisorResources implements AutoCloseable {
    /// How long the examination of a worker's call may take.
    private static final long CALL_MILLIS = 2_000;

    private static final int MOST_CALL_THREADS = 32;

    /// How long a check of a worker, or a scan of the whole system, may take.
    private static final long SCAN_MILLIS = 10_000;

    private static final int MOST_CHECK_THREADS = 8;

    private static final int MOST_SCAN_THREADS = 3;

    private final Deque<Runnable> undo = new ArrayDeque<>();
    private final Env env;
    private final EventLoop loop;
    private final SocketLookup diag;
    private final BackgroundExecutor callExecutor;
    private final BackgroundExecutor checkExecutor;
    private final BackgroundExecutor scanExecutor;
    private final OutputPump pump;
    private final ProcessStarter spawner;
    private final Optional<Cgroup> cgroup;
    private final CrashGuard guard;
    private final ReparentedProcesses reparented;
    private final ProcessTrees trees;
    private final Freezer freezer;

    /// Opens everything.
    ///
    /// @param given the guard, which stays the caller's; if empty, the supervisor has its own,
    ///   which removes the plan's directory
    /// @throws IOException the system refuses something; everything else is given back
    public SupervisorResources(
            ServiceSpec spec, EventSink sink, Env env, Optional<CrashGuard> given)
            throws IOException {
        this.env = env;
        try {
            // Before anything that the guard has to end or remove.
            guard = given.isPresent() ? given.get() : ownGuard(spec.runtime());
            loop = new EventLoop(sink::onEvent, env.clock());
            undo.push(loop::close);
            diag = env.tables().sockets();
            undo.push(diag::close);
            callExecutor =
                    new BackgroundExecutor(loop, "worker calls", CALL_MILLIS, MOST_CALL_THREADS);
            undo.push(callExecutor::close);
            checkExecutor =
                    new BackgroundExecutor(loop, "worker checks", SCAN_MILLIS, MOST_CHECK_THREADS);
            undo.push(checkExecutor::close);
            scanExecutor = new BackgroundExecutor(loop, "looks", SCAN_MILLIS, MOST_SCAN_THREADS);
            undo.push(scanExecutor::close);
            pump = new OutputPump(sink, env.clock());
            undo.push(pump::close);
            spawner =
                    env.starters()
                            .open(spec.sockets() instanceof SocketSource.Intercept, spec.user());
            undo.push(spawner::close);
            spawner.prepare();
            cgroup = env.cgroups() ? Cgroup.create(spec.name(), guard::cgroup) : Optional.empty();
            cgroup.ifPresent(group -> undo.push(group::close));
            Subreaper.begin();
            undo.push(Subreaper::end);
            reparented = new ReparentedProcesses(spec.name(), guard, cgroup, env);
            trees = new ProcessTrees(cgroup, reparented, env.tables());
            freezer = new Freezer(cgroup, tree -> tree.entries(env.tables().processes()).values());
        } catch (IOException | RuntimeException | Error failed) {
            close();
            throw failed;
        }
    }

    private CrashGuard ownGuard(Path directory) throws IOException {
        CrashGuard own = CrashGuard.start(Optional.empty(), List.of(directory.toString()));
        undo.push(own::close);
        own.directory(directory);
        return own;
    }

    /// The machine.
    public Env env() {
        return env;
    }

    public EventLoop loop() {
        return loop;
    }

    /// For short queries of the owner thread.
    public SocketLookup diag() {
        return diag;
    }

    /// For tasks that a worker's call needs for its answer: the program is waiting.
    public BackgroundExecutor callExecutor() {
        return callExecutor;
    }

    /// For checks that a bind, a roll or a drain waits for.
    public BackgroundExecutor checkExecutor() {
        return checkExecutor;
    }

    /// For scans of /proc and the kernel's tables that nothing but a user waits for.
    public BackgroundExecutor scanExecutor() {
        return scanExecutor;
    }

    public OutputPump pump() {
        return pump;
    }

    /// Starts workers.
    public ProcessStarter spawner() {
        return spawner;
    }

    public Optional<Cgroup> cgroup() {
        return cgroup;
    }

    public CrashGuard guard() {
        return guard;
    }

    public ReparentedProcesses reparented() {
        return reparented;
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
