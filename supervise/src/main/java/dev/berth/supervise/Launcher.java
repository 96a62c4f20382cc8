package dev.berth.supervise;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Event;
import dev.berth.supervise.process.Equipment;
import dev.berth.supervise.process.Failures;
import dev.berth.supervise.process.LiveWorker;
import dev.berth.supervise.steering.Dispatched;
import dev.berth.sys.Fd;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Optional;

/// Starts workers: each is started, recorded wherever its end must be handled, and watched.
final class Launcher {
    private final Holdings holdings;
    private final Workers workers;
    private final Helm helm;
    private final Signs signs;
    private final Endings endings;

    Launcher(Holdings holdings, Helm helm, Signs signs, Endings endings) {
        this.holdings = holdings;
        this.helm = helm;
        this.signs = signs;
        this.endings = endings;
        workers =
                new Workers(
                        holdings.plan(),
                        holdings.registry(),
                        holdings.equipment(),
                        holdings.observer()::said);
    }

    /// The answer is [Event.Spawned] or [Event.SpawnFailed].
    void spawn(WorkerId id, Command command) {
        LiveWorker worker;
        try {
            worker = start(id, command);
            enrol(worker);
        } catch (IOException | RuntimeException failed) {
            failed(id, failed.getMessage());
            return;
        } catch (Error lacking) {
            failed(id, Failures.text(lacking));
            return;
        }
        holdings.machine().tell(new Event.Spawned(id, worker.pid()));
        holdings.say(worker, " started, pid " + worker.pid());
        signs.began(worker);
    }

    private void failed(WorkerId id, @Nullable String why) {
        String text = "slot " + id + " cannot be started: " + why;
        holdings.machine().tell(new Event.SpawnFailed(id, text));
    }

    /// Once this returns, the end of the process will be handled. If recording it fails, the
    /// process is killed.
    private void enrol(LiveWorker worker) {
        try {
            record(worker);
        } catch (RuntimeException | Error failed) {
            endings.abandon(worker);
            throw failed;
        }
    }

    private void record(LiveWorker worker) {
        WorkerId id = worker.id();
        Equipment equipment = holdings.equipment();
        holdings.live().put(id, worker);
        equipment.guard().add(worker.pid(), worker.startTicks());
        equipment.cgroup().ifPresent(group -> group.add(id, worker.pid()));
        equipment.loop().watch(worker.pidfd(), () -> endings.ended(worker));
        signs.watch(worker);
    }

    private LiveWorker start(WorkerId id, Command command) throws IOException {
        int slots = holdings.machine().state().slots().size();
        if (holdings.dispatched().isEmpty()) {
            return workers.start(id, command, slots, helm.cpu(id), Optional.empty());
        }
        Dispatched passing = holdings.dispatched().get();
        try (Fd end = passing.join(id, holdings.loop()::post, signs::takes, signs::deaf)) {
            LiveWorker worker = workers.start(id, command, slots, helm.cpu(id), Optional.of(end));
            worker.counted().addAll(passing.addresses());
            return worker;
        }
    }
}
