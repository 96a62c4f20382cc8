package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.Settings;

import java.time.Duration;
import java.util.Optional;

/// The decisions about new connections other than who is in service: the policy, whether all are
/// refused, and how the share of a fresh worker grows.
///
/// Such a change is one step of the table and waits for nothing, so it is allowed during a roll.
public final class TrafficChanges {
    /// A fresh worker's share at first, and the steps in which it grows.
    private static final int STEP_PERCENT = 10;

    private TrafficChanges() {}

    /// Whether the request is handled here, and is allowed while an operation is in progress.
    static boolean concerns(Request request) {
        return request instanceof Request.Steer || request instanceof Request.Shed;
    }

    static void begin(TransitionStep step, long ticket, Request request) {
        if (request instanceof Request.Steer(Policy policy)) {
            Optional<String> wrong = problem(policy, step.settings(), step.state().slots().size());
            wrong.ifPresentOrElse(
                    why -> step.reply(ticket, RequestResult.failed(why)),
                    () -> step.emit(new Action.Steer(ticket, policy)));
        } else if (request instanceof Request.Shed(boolean shed)) {
            shed(step, ticket, shed);
        }
    }

    /// Why a supervisor with this number of slots cannot steer by `policy`, as far as its settings
    /// show.
    public static Optional<String> problem(Policy policy, Settings settings, int slots) {
        if (!policy.supportsPartialShare() && settings.slowStart().isPositive()) {
            return Optional.of(
                    "policy "
                            + policy.word()
                            + " does not support slow start (--slow-start): it steers by "
                            + (policy instanceof Policy.Cpu ? "the CPU" : "the client")
                            + ", not by shares");
        }
        return policy.problem(slots);
    }

    static void steered(TransitionStep step, long ticket, Policy policy, String failure) {
        if (!failure.isEmpty()) {
            step.reply(ticket, RequestResult.failed(failure));
            return;
        }
        boolean shed = step.state().traffic().shed();
        step.become(step.state().withTraffic(new State.Traffic(policy, shed)));
        step.reply(ticket, RequestResult.done("steered by " + policy.word() + " from now on"));
    }

    private static void shed(TransitionStep step, long ticket, boolean shed) {
        State.Traffic traffic = step.state().traffic();
        if (traffic.shed() != shed) {
            step.become(step.state().withTraffic(new State.Traffic(traffic.policy(), shed)));
            step.emit(new Action.Shed(shed));
        }
        step.reply(
                ticket,
                RequestResult.done(
                        shed
                                ? "new connections are refused; open ones continue"
                                : "new connections are accepted again"));
    }

    /// Brings a worker into service: at once, or step by step if it replaces another.
    static Worker withInitialShare(TransitionStep step, Worker worker) {
        Worker ready = worker.inPhase(Phase.READY, step.now(), Worker.NEVER);
        boolean first = step.state().operation().orElse(null) instanceof Operation.Start;
        return first || !step.settings().slowStart().isPositive()
                ? ready
                : ready.withPercent(STEP_PERCENT, step.now() + pause(step));
    }

    /// Gives a worker in service a larger share, when that is due.
    static void grow(TransitionStep step, Worker worker) {
        int percent = Math.min(Worker.FULL_PERCENT, worker.percent() + STEP_PERCENT);
        long until = percent == Worker.FULL_PERCENT ? Worker.NEVER : step.now() + pause(step);
        step.change(worker.id(), w -> w.withPercent(percent, until));
        step.serve();
    }

    private static long pause(TransitionStep step) {
        Duration whole = step.settings().slowStart();
        return Math.max(1, whole.toMillis() / (Worker.FULL_PERCENT / STEP_PERCENT));
    }
}
