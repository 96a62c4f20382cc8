package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.UserMessages;

/// The end of `--start-timeout`: before a worker is given up, it is inspected, so that the message
/// can say what it was doing.
final class StartTimeout {
    /// How long that inspection may take.
    static final long INSPECTION_MILLIS = 3_000;

    private StartTimeout() {}

    /// Call this when the start time is over, and again when the time of the inspection is over.
    static WorkerOutcome expired(TransitionStep step, Worker worker) {
        if (late(worker)) {
            return WorkerMoves.stopUnready(step, worker, plain(step, worker));
        }
        long until = Math.max(worker.startBy(), step.now()) + INSPECTION_MILLIS;
        step.change(worker.id(), w -> w.withDeadline(until));
        step.emit(new Action.Inspect(worker.id(), worker.phase() == Phase.SETTLING));
        return WorkerOutcome.NONE;
    }

    /// Whether its start time is over and it is only being inspected.
    private static boolean late(Worker worker) {
        return worker.phase().candidate() && worker.deadline() > worker.startBy();
    }

    /// Whether it would be too late if it began to listen now.
    static boolean tooLateToListen(Worker worker) {
        return worker.phase() == Phase.STARTING && late(worker);
    }

    /// Whether it listens, but has not been announced as ready.
    static boolean unannounced(TransitionStep step, Worker worker) {
        return worker.phase() == Phase.SETTLING
                && step.settings().ready() == Settings.Ready.ANNOUNCED
                && !worker.announced();
    }

    /// Gives up a worker that was inspected, unless it has got further in the meantime.
    static WorkerOutcome inspected(TransitionStep step, Worker worker, Event.Inspected inspected) {
        boolean asBefore =
                inspected.listening()
                        ? unannounced(step, worker)
                        : worker.phase() == Phase.STARTING;
        return late(worker) && asBefore
                ? WorkerMoves.stopUnready(step, worker, text(step, worker, inspected.what()))
                : WorkerOutcome.NONE;
    }

    private static String text(TransitionStep step, Worker worker, String what) {
        boolean whole = worker.phase() == Phase.STARTING && !step.settings().usesReadyProtocol();
        return whole ? what : plain(step, worker) + "; it " + what;
    }

    private static String plain(TransitionStep step, Worker worker) {
        String limit = UserMessages.seconds(step.settings().timeouts().start());
        if (worker.phase() == Phase.SETTLING) {
            return "listens, but was not ready within " + limit;
        }
        return step.settings().usesReadyProtocol()
                ? "did not ask for connections (with --share dispatch a program does so through the"
                        + " library dev.berth.worker; run an unmodified program without --share"
                        + " dispatch, with the in-kernel policies) within "
                        + limit
                : "did not listen within " + limit;
    }
}
