package dev.berth.supervise;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Event;
import dev.berth.supervise.process.FailureReporter;
import dev.berth.supervise.process.SupervisorResources;
import dev.berth.supervise.process.WorkerProcess;
import dev.berth.supervise.steering.DispatcherTarget;
import dev.berth.sys.Fd;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Optional;

/// Starts workers: each is started, recorded wherever its end must be handled, and watched.
final class SpawnHandler {
    private final SupervisorContext context;
    private final WorkerStarter starter;
    private final PolicyController policyController;
    private final ReadinessMonitor readiness;
    private final WorkerReaper reaper;

    SpawnHandler(
            SupervisorContext context,
            PolicyController policyController,
            ReadinessMonitor readiness,
            WorkerReaper reaper) {
        this.context = context;
        this.policyController = policyController;
        this.readiness = readiness;
        this.reaper = reaper;
        starter =
                new WorkerStarter(
                        context.spec(),
                        context.registry(),
                        context.resources(),
                        context.sink()::onEvent);
    }

    /// The answer is [Event.Spawned] or [Event.SpawnFailed].
    void spawn(WorkerId id, Command command) {
        WorkerProcess worker;
        try {
            worker = start(id, command);
            register(worker);
        } catch (IOException | RuntimeException failed) {
            failed(id, failed.getMessage());
            return;
        } catch (Error lacking) {
            failed(id, FailureReporter.text(lacking));
            return;
        }
        context.machine().post(new Event.Spawned(id, worker.pid()));
        context.say(worker, " started, pid " + worker.pid());
        readiness.started(worker);
    }

    private void failed(WorkerId id, @Nullable String why) {
        String text = "slot " + id + " cannot be started: " + why;
        context.machine().post(new Event.SpawnFailed(id, text));
    }

    /// Once this returns, the end of the process will be handled. If recording it fails, the
    /// process is killed.
    private void register(WorkerProcess worker) {
        try {
            record(worker);
        } catch (RuntimeException | Error failed) {
            reaper.killUnrecorded(worker);
            throw failed;
        }
    }

    private void record(WorkerProcess worker) {
        WorkerId id = worker.id();
        SupervisorResources resources = context.resources();
        context.live().put(id, worker);
        resources.reparented().started(worker.pid());
        resources.guard().add(worker.pid(), worker.startTicks());
        resources.cgroup().ifPresent(group -> group.add(id, worker.pid()));
        resources.loop().watch(worker.pidfd(), () -> reaper.ended(worker));
        readiness.watch(worker);
    }

    private WorkerProcess start(WorkerId id, Command command) throws IOException {
        int slots = context.machine().state().slots().size();
        if (context.dispatcherTarget().isEmpty()) {
            return starter.start(id, command, slots, policyController.cpu(id), Optional.empty());
        }
        DispatcherTarget passing = context.dispatcherTarget().get();
        try (Fd end =
                passing.join(
                        id,
                        context.loop()::post,
                        readiness::readyAtDispatcher,
                        readiness::dispatcherConnectionLost)) {
            WorkerProcess worker =
                    starter.start(id, command, slots, policyController.cpu(id), Optional.of(end));
            worker.sharedAddresses().addAll(passing.addresses());
            return worker;
        }
    }
}
