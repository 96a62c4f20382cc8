package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Outcome;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.Settings;

import java.time.Duration;
import java.util.Optional;

/// The decisions about new connections other than who is in service: the policy, whether all are
/// refused, and how the share of a fresh worker grows.
///
/// Such a change is one step of the table and waits for nothing, so it is allowed during a roll.
public final class Steerage {
    /// A fresh worker's share at first, and the steps in which it grows.
    private static final int STEP_PERCENT = 10;

    private Steerage() {}

    /// Whether the request is handled here, and is allowed while an operation is in progress.
    static boolean concerns(Request request) {
        return request instanceof Request.Steer || request instanceof Request.Shed;
    }

    static void begin(Step step, long ticket, Request request) {
        if (request instanceof Request.Steer(Policy policy)) {
            Optional<String> wrong = unfit(policy, step.settings(), step.state().slots().size());
            wrong.ifPresentOrElse(
                    why -> step.reply(ticket, Outcome.failed(why)),
                    () -> step.order(new Action.Steer(ticket, policy)));
        } else if (request instanceof Request.Shed(boolean shed)) {
            shed(step, ticket, shed);
        }
    }

    /// Why a supervisor with this number of slots cannot steer by `policy`, as far as its settings
    /// show.
    public static Optional<String> unfit(Policy policy, Settings settings, int slots) {
        if (!policy.divisible() && settings.slowStart().isPositive()) {
            return Optional.of(
                    "policy "
                            + policy.word()
                            + " does not support slow start (--slow-start): it steers by "
                            + (policy instanceof Policy.Cpu ? "the CPU" : "the client")
                            + ", not by shares");
        }
        return policy.unfit(slots);
    }

    static void steered(Step step, long ticket, Policy policy, String failure) {
        if (!failure.isEmpty()) {
            step.reply(ticket, Outcome.failed(failure));
            return;
        }
        boolean shed = step.state().traffic().shed();
        step.become(step.state().withTraffic(new State.Traffic(policy, shed)));
        step.reply(ticket, Outcome.done("steered by " + policy.word() + " from now on"));
    }

    private static void shed(Step step, long ticket, boolean shed) {
        State.Traffic traffic = step.state().traffic();
        if (traffic.shed() != shed) {
            step.become(step.state().withTraffic(new State.Traffic(traffic.policy(), shed)));
            step.order(new Action.Shed(shed));
        }
        step.reply(
                ticket,
                Outcome.done(
                        shed
                                ? "new connections are refused; open ones continue"
                                : "new connections are accepted again"));
    }

    /// Brings a worker into service: at once, or step by step if it replaces another.
    static Worker enters(Step step, Worker worker) {
        Worker ready = worker.enters(Phase.READY, step.now(), Worker.NEVER);
        boolean first = step.state().operation().orElse(null) instanceof Operation.Start;
        return first || !step.settings().slowStart().isPositive()
                ? ready
                : ready.warming(STEP_PERCENT, step.now() + pause(step));
    }

    /// Gives a worker in service a larger share, when that is due.
    static void grow(Step step, Worker worker) {
        int percent = Math.min(Worker.WARM, worker.percent() + STEP_PERCENT);
        long until = percent == Worker.WARM ? Worker.NEVER : step.now() + pause(step);
        step.change(worker.id(), w -> w.warming(percent, until));
        step.serve();
    }

    private static long pause(Step step) {
        Duration whole = step.settings().slowStart();
        return Math.max(1, whole.toMillis() / (Worker.WARM / STEP_PERCENT));
    }
}
