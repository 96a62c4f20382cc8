package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.Settings;

import java.util.Optional;

/// The requests about new connections: by which policy they are steered, and whether all are
/// refused.
///
/// Such a change is one step of the table and waits for nothing, so it is allowed during a roll.
public final class TrafficChanges {
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

    static void steered(TransitionStep step, Event.Steered answer) {
        if (answer.failure().isPresent()) {
            step.reply(answer.ticket(), RequestResult.failed(answer.failure().get()));
            return;
        }
        Policy policy = answer.policy();
        boolean shed = step.state().traffic().shed();
        step.become(step.state().withTraffic(new Traffic(policy, shed)));
        step.reply(
                answer.ticket(),
                RequestResult.done("steered by " + policy.word() + " from now on"));
    }

    private static void shed(TransitionStep step, long ticket, boolean shed) {
        Traffic traffic = step.state().traffic();
        if (traffic.shed() != shed) {
            step.become(step.state().withTraffic(new Traffic(traffic.policy(), shed)));
            step.emit(new Action.Shed(shed));
        }
        step.reply(
                ticket,
                RequestResult.done(
                        shed
                                ? "new connections are refused; open ones continue"
                                : "new connections are accepted again"));
    }
}
