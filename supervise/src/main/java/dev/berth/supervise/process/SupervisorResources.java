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
///
/// @param env the machine
/// @param diag for short queries of the owner thread
/// @param callExecutor for tasks that a worker's call needs for its answer: the program is waiting
/// @param checkExecutor for checks that a bind, a roll or a drain waits for
/// @param scanExecutor for scans of /proc and the kernel's tables that nothing but a user waits for
/// @param spawner starts workers
/// @param undo what gives everything back, the last step first
public record SupervisorResources(
        Env env,
        EventLoop loop,
        SocketLookup diag,
        BackgroundExecutor callExecutor,
        BackgroundExecutor checkExecutor,
        BackgroundExecutor scanExecutor,
        OutputPump pump,
        ProcessStarter spawner,
        Optional<Cgroup> cgroup,
        CrashGuard guard,
        ReparentedProcesses reparented,
        ProcessTrees trees,
        Freezer freezer,
        Deque<Runnable> undo)
        implements AutoCloseable {
    /// How long the examination of a worker's call may take.
    private static final long CALL_MILLIS = 2_000;

    private static final int MOST_CALL_THREADS = 32;

    /// How long a check of a worker, or a scan of the whole system, may take.
    private static final long SCAN_MILLIS = 10_000;

    private static final int MOST_CHECK_THREADS = 8;

    private static final int MOST_SCAN_THREADS = 3;

    /// Opens everything.
    ///
    /// @param given the guard, which stays the caller's; if empty, the supervisor has its own,
    ///   which removes the plan's directory
    /// @throws IOException the system refuses something; everything else is given back
    public static SupervisorResources open(
            ServiceSpec spec, EventSink sink, Env env, Optional<CrashGuard> given)
            throws IOException {
        Deque<Runnable> undo = new ArrayDeque<>();
        try {
            return open(spec, sink, env, given, undo);
        } catch (IOException | RuntimeException | Error failed) {
            close(undo);
            throw failed;
        }
    }

    private static SupervisorResources open(
            ServiceSpec spec,
            EventSink sink,
            Env env,
            Optional<CrashGuard> given,
            Deque<Runnable> undo)
            throws IOException {
        // Before anything that the guard has to end or remove.
        CrashGuard guard = given.isPresent() ? given.get() : ownGuard(spec.runtime(), undo);
        EventLoop loop = new EventLoop(sink::onEvent, env.clock());
        undo.push(loop::close);
        SocketLookup diag = env.tables().sockets();
        undo.push(diag::close);
        BackgroundExecutor calls =
                new BackgroundExecutor(loop, "worker calls", CALL_MILLIS, MOST_CALL_THREADS);
        undo.push(calls::close);
        BackgroundExecutor checks =
                new BackgroundExecutor(loop, "worker checks", SCAN_MILLIS, MOST_CHECK_THREADS);
        undo.push(checks::close);
        BackgroundExecutor scans =
                new BackgroundExecutor(loop, "looks", SCAN_MILLIS, MOST_SCAN_THREADS);
        undo.push(scans::close);
        OutputPump pump = new OutputPump(sink, env.clock());
        undo.push(pump::close);
        ProcessStarter spawner =
                env.starters().open(spec.sockets() instanceof SocketSource.Intercept, spec.user());
        undo.push(spawner::close);
        spawner.prepare();
        Optional<Cgroup> cgroup =
                env.cgroups() ? Cgroup.create(spec.name(), guard::cgroup) : Optional.empty();
        cgroup.ifPresent(group -> undo.push(group::close));
        Subreaper.begin();
        undo.push(Subreaper::end);
        ReparentedProcesses reparented = new ReparentedProcesses(spec.name(), guard, cgroup, env);
        return new SupervisorResources(
                env,
                loop,
                diag,
                calls,
                checks,
                scans,
                pump,
                spawner,
                cgroup,
                guard,
                reparented,
                new ProcessTrees(cgroup, reparented, env.tables()),
                new Freezer(cgroup, tree -> tree.entries(env.tables().processes()).values()),
                undo);
    }

    private static CrashGuard ownGuard(Path directory, Deque<Runnable> undo) throws IOException {
        CrashGuard own = CrashGuard.start(Optional.empty(), List.of(directory.toString()));
        undo.push(own::close);
        own.directory(directory);
        return own;
    }

    /// Gives everything back in reverse order; closing twice is harmless. Work that was posted to
    /// the loop is still done, with everything else gone.
    @Override
    public void close() {
        close(undo);
    }

    private static void close(Deque<Runnable> undo) {
        while (!undo.isEmpty()) {
            undo.pop().run();
        }
    }
}
