package dev.berth.supervise;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Event;
import dev.berth.supervise.process.Equipment;
import dev.berth.supervise.process.LiveWorker;
import dev.berth.supervise.steering.Dispatched;
import dev.berth.sys.Fd;

import java.io.IOException;
import java.util.Optional;

/// Begins the lives of workers: each is started, recorded wherever its end has to be seen to, and
/// watched.
final class Launcher {
    private final Holdings holdings;
    private final Workers workers;
    private final Helm helm;
    private final Signs signs;
    private final Endings endings;

    /// @throws IOException the plan's workers can never be started here
    Launcher(Holdings holdings, Helm helm, Signs signs, Endings endings) throws IOException {
        this.holdings = holdings;
        this.helm = helm;
        this.signs = signs;
        this.endings = endings;
        workers = new Workers(holdings.plan(), holdings.registry(), holdings.equipment().pump());
    }

    /// The answer is [Event.Spawned] or [Event.SpawnFailed].
    void spawn(WorkerId id, Command command) {
        LiveWorker worker;
        try {
            worker = start(id, command);
        } catch (IOException | RuntimeException failed) {
            String why = "slot " + id + " cannot be started: " + failed.getMessage();
            holdings.machine().tell(new Event.SpawnFailed(id, why));
            return;
        }
        enrol(worker);
        holdings.machine().tell(new Event.Spawned(id, worker.pid()));
        holdings.say(worker, " started, pid " + worker.pid());
        signs.began(worker);
    }

    /// Whatever happens from now on, the process is seen to.
    private void enrol(LiveWorker worker) {
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
