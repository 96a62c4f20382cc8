package dev.berth.supervise;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Outcome;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Action;
import dev.berth.supervise.lifecycle.Phase;
import dev.berth.supervise.process.LiveWorker;
import dev.berth.supervise.watch.AcceptorLooks;
import dev.berth.supervise.watch.Drains;
import dev.berth.supervise.watch.LoadWatch;
import dev.berth.supervise.watch.Proofs;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;

/// Carries out decisions: each [Action] goes to the part that handles it.
final class Orders {
    private static final long AGAIN_MILLIS = 200;

    private final Holdings holdings;
    private final Listening listening;
    private final LateWorkers late;
    private final Launcher launcher;
    private final Helm helm;
    private final Drains drains;
    private final Proofs proofs;
    private final Endings endings;
    private final Tickets tickets;
    private OptionalInt exitCode = OptionalInt.empty();

    Orders(Holdings holdings, LoadWatch load, Endings endings, Tickets tickets) throws IOException {
        this.holdings = holdings;
        this.endings = endings;
        this.tickets = tickets;
        AcceptorLooks looks = new AcceptorLooks(holdings.registry(), holdings.equipment());
        listening = new Listening(holdings, looks);
        late = new LateWorkers(holdings);
        helm = new Helm(holdings, load);
        launcher = new Launcher(holdings, helm, new Signs(holdings, listening), endings);
        drains =
                new Drains(
                        holdings.equipment(),
                        holdings.registry(),
                        holdings.observer(),
                        holdings.dispatched(),
                        holdings.plan().settings(),
                        new Drains.Wishes(
                                worker -> holdings.machine().state().drains(worker.id()),
                                worker ->
                                        holdings.phase(worker).equals(Optional.of(Phase.DRAINING))),
                        holdings.machine()::tell);
        proofs =
                new Proofs(
                        holdings.equipment(),
                        holdings.registry(),
                        holdings.dispatched(),
                        looks,
                        worker -> holdings.machine().state().trying(worker.id()),
                        holdings.machine()::tell);
    }

    /// The exit code; empty until quitting was ordered.
    OptionalInt exitCode() {
        return exitCode;
    }

    /// Lets all frozen workers run on and stops watching drains.
    void close() {
        drains.close();
    }

    /// Carries out one action. A failure is reported and the rest goes on. Ending a worker is
    /// retried, because nothing else would bring it about.
    void carryOut(Action action) {
        try {
            perform(action);
        } catch (IOException failed) {
            String text = failed + " (while doing: " + action + ")";
            holdings.loop().guarded(() -> holdings.observer().said(text));
        } catch (RuntimeException | Error failed) {
            holdings.loop().failed(failed, action.toString());
            if (action instanceof Action.Kill || action instanceof Action.Terminate) {
                holdings.loop().after(AGAIN_MILLIS, () -> carryOut(action));
            }
        }
    }

    private void perform(Action action) throws IOException {
        switch (action) {
            case Action.Spawn(WorkerId id, Command command) -> launcher.spawn(id, command);
            case Action.Check(WorkerId id) -> listening.check(id);
            case Action.Locate(WorkerId id, boolean listening) -> late.look(id, listening);
            case Action.Serve serve -> holdings.distribution().serve(serve);
            case Action.Steer(long ticket, Policy policy) -> helm.steer(ticket, policy);
            case Action.Shed(boolean shed) -> holdings.distribution().shed(shed);
            case Action.Refuse(boolean refused) -> holdings.distribution().refuse(refused);
            case Action.Drain(WorkerId id) -> drain(id);
            case Action.Prove(WorkerId id) -> prove(id);
            case Action.Withdraw(WorkerId id) -> holdings.distribution().withdraw(id);
            case Action.Terminate(WorkerId id, boolean ending) -> terminate(id, ending);
            case Action.Kill(WorkerId id) -> endings.kill(id);
            case Action.Retire(WorkerId id) -> holdings.distribution().retire(id);
            case Action.Bequeath(WorkerId id) -> holdings.distribution().bequeath(id);
            case Action.Reply(long ticket, Outcome outcome) -> tickets.reply(ticket, outcome);
            case Action.Say(String text) -> holdings.observer().said(text);
            case Action.Quit(int code) -> exitCode = OptionalInt.of(code);
        }
    }

    private void terminate(WorkerId id, boolean ending) throws IOException {
        try {
            holdings.distribution().stops(id);
        } finally {
            if (ending) {
                holdings.loop().after(Settings.ENDING.toMillis(), () -> signalIfAlive(id));
            } else {
                signal(id);
            }
        }
    }

    private void signalIfAlive(WorkerId id) {
        if (holdings.worker(id).filter(worker -> !worker.ended()).isPresent()) {
            endings.terminate(id);
        }
    }

    /// A worker that has been frozen since its last check gets the signal and then runs on.
    private void signal(WorkerId id) {
        try {
            drains.stops(id);
            endings.terminate(id);
        } finally {
            drains.release(id);
        }
    }

    /// Call this when all decisions have been carried out.
    void carriedOut() {
        drains.release();
    }

    private void prove(WorkerId id) {
        holdings.worker(id).ifPresent(proofs::watch);
    }

    private void drain(WorkerId id) throws IOException {
        Optional<LiveWorker> worker = holdings.worker(id);
        if (worker.isPresent()) {
            drains.watch(worker.get());
        }
    }
}
