package dev.berth.supervise;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.DomainEvent;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.UserMessages;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Action;
import dev.berth.supervise.lifecycle.Phase;
import dev.berth.supervise.lifecycle.TrafficPlan;
import dev.berth.supervise.watch.AcceptWaitCheck;
import dev.berth.supervise.watch.DrainMonitor;
import dev.berth.supervise.watch.LoadMonitor;
import dev.berth.supervise.watch.VerificationMonitor;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;

/// Carries out decisions: each [Action] goes to the part that handles it.
final class ActionExecutor {
    private static final long AGAIN_MILLIS = 200;

    private final SupervisorContext context;
    private final ListenCheck listenCheck;
    private final StartTimeoutInspector inspector;
    private final SpawnHandler spawnHandler;
    private final PolicyController policyController;
    private final DrainMonitor drainMonitor;
    private final VerificationMonitor verificationMonitor;
    private final WorkerReaper reaper;
    private final PendingReplies replies;
    private OptionalInt exitCode = OptionalInt.empty();

    ActionExecutor(
            SupervisorContext context,
            LoadMonitor loadMonitor,
            WorkerReaper reaper,
            PendingReplies replies)
            throws IOException {
        this.context = context;
        this.reaper = reaper;
        this.replies = replies;
        AcceptWaitCheck acceptCheck = new AcceptWaitCheck(context.registry(), context.resources());
        listenCheck = new ListenCheck(context, acceptCheck);
        inspector = new StartTimeoutInspector(context);
        policyController = new PolicyController(context, loadMonitor);
        spawnHandler =
                new SpawnHandler(
                        context,
                        policyController,
                        new ReadinessMonitor(context, listenCheck),
                        reaper);
        drainMonitor =
                new DrainMonitor(
                        context.resources(),
                        context.source(),
                        context.sink(),
                        context.spec().settings(),
                        new DrainMonitor.Conditions(
                                worker -> context.machine().state().drains(worker.id()),
                                worker ->
                                        context.phase(worker).equals(Optional.of(Phase.DRAINING))),
                        context.machine()::post);
        verificationMonitor =
                new VerificationMonitor(
                        context.resources(),
                        context.source(),
                        acceptCheck,
                        worker -> context.machine().state().verifying(worker.id()),
                        context.machine()::post);
    }

    /// The exit code; empty until quitting was ordered.
    OptionalInt exitCode() {
        return exitCode;
    }

    /// Lets all frozen workers run on and stops watching drains.
    void close() {
        drainMonitor.close();
    }

    /// Carries out one action. A failure is reported and the rest goes on. Ending a worker is
    /// retried, because nothing else would bring it about.
    void execute(Action action) {
        try {
            perform(action);
        } catch (IOException failed) {
            String text = failed + " (while doing: " + action + ")";
            context.loop().guarded(() -> context.sink().onEvent(text));
        } catch (RuntimeException | Error failed) {
            context.loop().failed(failed, action.toString());
            if (action instanceof Action.Kill || action instanceof Action.Terminate) {
                context.loop().after(AGAIN_MILLIS, () -> execute(action));
            }
        }
    }

    private void perform(Action action) throws IOException {
        switch (action) {
            case Action.Spawn(WorkerId id, Command command) -> spawnHandler.spawn(id, command);
            case Action.Check(WorkerId id) -> listenCheck.check(id);
            case Action.Inspect(WorkerId id, boolean listening) -> inspector.inspect(id, listening);
            case Action.Apply(TrafficPlan plan) -> policyController.apply(plan);
            case Action.Drain(WorkerId id) -> context.worker(id).ifPresent(drainMonitor::watch);
            case Action.Verify(WorkerId id) ->
                    context.worker(id).ifPresent(verificationMonitor::watch);
            case Action.MoveQueue(WorkerId id) -> context.source().trafficTarget().moveQueue(id);
            case Action.Terminate(WorkerId id, boolean ending) -> terminate(id, ending);
            case Action.Kill(WorkerId id) -> reaper.kill(id);
            case Action.CloseSockets(WorkerId id) ->
                    context.source().trafficTarget().closeSockets(id);
            case Action.KeepQueue(WorkerId id) -> context.source().trafficTarget().keepQueue(id);
            case Action.Reply(long ticket, RequestResult result) -> replies.reply(ticket, result);
            case Action.Emit(DomainEvent event) -> report(event);
            case Action.Quit(int code) -> exitCode = OptionalInt.of(code);
        }
    }

    private void report(DomainEvent event) {
        context.sink().onDomainEvent(event);
        UserMessages.of(event).ifPresent(context.sink()::onEvent);
    }

    private void terminate(WorkerId id, boolean ending) throws IOException {
        try {
            context.source().trafficTarget().beforeStop(id);
        } finally {
            if (ending) {
                context.loop().after(Settings.SELF_EXIT.toMillis(), () -> signalIfAlive(id));
            } else {
                signal(id);
            }
        }
    }

    private void signalIfAlive(WorkerId id) {
        if (context.worker(id).filter(worker -> !worker.ended()).isPresent()) {
            reaper.terminate(id);
        }
    }

    /// A worker that has been frozen since its last check gets the signal and then runs on.
    private void signal(WorkerId id) {
        try {
            drainMonitor.beforeStop(id);
            reaper.terminate(id);
        } finally {
            drainMonitor.release(id);
        }
    }

    /// Call this when all decisions have been carried out.
    void allExecuted() {
        drainMonitor.release();
    }
}
