package dev.berth.supervise.watch;

import dev.berth.net.AcceptWaiters;
import dev.berth.supervise.process.BackgroundExecutor;
import dev.berth.supervise.process.KernelTables;
import dev.berth.supervise.process.ProcessTree;
import dev.berth.supervise.process.SupervisorResources;
import dev.berth.supervise.process.WorkerProcess;
import dev.berth.supervise.steering.ListenerRegistry;

import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/// Checks whether workers wait for a connection. This reads their memory, which a worker can make
/// take forever (memory that userfaultfd(2) or FUSE never fills), so it runs on a thread other than
/// the owner's, and on only one per worker.
///
/// Owner thread only.
public final class AcceptWaitCheck {
    private static final AcceptWait UNSEEN = new AcceptWait(AcceptWaiters.WaitState.UNSEEN, false);

    private final ListenerRegistry registry;
    private final SupervisorResources resources;
    private final Set<WorkerProcess> stuck = new HashSet<>();

    public AcceptWaitCheck(ListenerRegistry registry, SupervisorResources resources) {
        this.registry = registry;
        this.resources = resources;
    }

    /// The result of a check.
    ///
    /// @param shared whether more than one process has the same listener; not checked if a thread
    ///   waits
    public record AcceptWait(AcceptWaiters.WaitState answer, boolean shared) {
        private static AcceptWait of(WorkerListeners listeners) {
            AcceptWaiters.WaitState answer = listeners.waiters();
            return new AcceptWait(
                    answer, answer != AcceptWaiters.WaitState.WAITS && listeners.shared());
        }
    }

    /// Checks once.
    ///
    /// @param answer called by the owner thread, once; a worker that could not be inspected in time
    ///   counts as unseen, and not shared
    public void check(WorkerProcess worker, Consumer<AcceptWait> answer) {
        if (stuck.contains(worker)) {
            answer.accept(UNSEEN);
            return;
        }
        Set<Long> inodes = WorkerListeners.inodes(WorkerListeners.sockets(registry, worker));
        ProcessTree tree = resources.trees().tree(worker);
        KernelTables tables = resources.env().tables();
        resources
                .callExecutor()
                .submit(
                        () -> AcceptWait.of(WorkerListeners.of(inodes, tree, tables)),
                        found -> answer.accept(seen(worker, found)),
                        _ -> stuck.remove(worker));
    }

    private AcceptWait seen(WorkerProcess worker, BackgroundExecutor.TaskResult<AcceptWait> found) {
        return switch (found) {
            case BackgroundExecutor.Done<AcceptWait>(AcceptWait done) -> done;
            case BackgroundExecutor.Failed<AcceptWait> _ -> UNSEEN;
            case BackgroundExecutor.TimedOut<AcceptWait> _ -> {
                stuck.add(worker);
                yield UNSEEN;
            }
        };
    }
}
