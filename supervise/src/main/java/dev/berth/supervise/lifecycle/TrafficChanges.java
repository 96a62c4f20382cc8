package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.Settings;

import java.util.List;
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
                    why -> step.reply(ticket, new RequestResult.Impossible(why)),
                    () -> steer(step, new Traffic.PolicyChange(ticket, policy)));
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

    /// Orders a change of the policy; the answer comes once the table is written. If the policy is
    /// in use already there is nothing to write.
    private static void steer(TransitionStep step, Traffic.PolicyChange change) {
        step.changeTraffic(traffic -> traffic.changing(change));
        if (step.state().traffic().changes().size() == 1
                && change.policy().equals(step.state().traffic().policy())) {
            steered(step, new Event.Steered(change.policy(), Optional.empty()));
        } else {
            step.applyTraffic();
        }
    }

    /// Answers the requests for this policy. After a failure the policy of before is ordered again,
    /// unless another change follows.
    static void steered(TransitionStep step, Event.Steered answer) {
        Traffic traffic = step.state().traffic();
        List<Traffic.PolicyChange> answered = traffic.answered(answer.policy());
        if (answered.isEmpty()) {
            return;
        }
        Policy policy = answer.failure().isPresent() ? traffic.policy() : answer.policy();
        step.changeTraffic(now -> now.withPolicy(policy, answered.size()));
        RequestResult result =
                answer.failure().isPresent()
                        ? new RequestResult.Impossible(answer.failure().get())
                        : new RequestResult.Steered(policy);
        answered.forEach(change -> step.reply(change.ticket(), result));
        step.applyTraffic();
    }

    private static void shed(TransitionStep step, long ticket, boolean shed) {
        step.changeTraffic(traffic -> traffic.withShed(shed));
        step.applyTraffic();
        step.reply(ticket, new RequestResult.Shed(shed));
    }
}
