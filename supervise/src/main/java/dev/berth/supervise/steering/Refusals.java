package dev.berth.supervise.steering;

import dev.berth.net.Protocol;
import dev.berth.supervise.contract.Plan;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.lifecycle.Steerage;

import java.util.Optional;

/// What is not available here: for a plan, and for each request while that plan runs.
public final class Refusals {
    private final Mechanism mechanism;
    private final Plan plan;

    public Refusals(Mechanism mechanism, Plan plan) {
        this.mechanism = mechanism;
        this.plan = plan;
    }

    /// Why the plan is not possible.
    public Optional<String> toPlan() {
        Optional<String> unfit =
                Steerage.unfit(plan.policy(), plan.settings(), plan.workers())
                        .or(() -> to(plan.policy()));
        boolean slow = plan.settings().slowStart().isPositive();
        if (unfit.isEmpty() && mechanism.dispatches()) {
            return slow || plan.maxConnections().isPresent()
                    ? Optional.of(
                            "--share dispatch supports neither --slow-start nor --max-connections")
                    : Optional.empty();
        }
        if (unfit.isEmpty() && slow && !mechanism.divides()) {
            return Optional.of(
                    "no slow start: only a BPF program can divide connections by shares"
                            + mechanism.excuse());
        }
        return plan.maxConnections().isPresent() ? unfit.or(this::toCount) : unfit;
    }

    private Optional<String> toCount() {
        boolean datagrams =
                plan.ports().isEmpty()
                        && !plan.listen().isEmpty()
                        && plan.listen().stream().allMatch(a -> a.protocol() == Protocol.UDP);
        Optional<String> why =
                datagrams
                        ? Optional.of("datagrams have no connections to count")
                        : mechanism.refusalToRefuse();
        return why.map(text -> "no --max-connections: " + text);
    }

    /// Why a request cannot be fulfilled, as far as that depends on the mechanism.
    public Optional<String> to(Request request) {
        return switch (request) {
            case Request.Steer(Policy policy) -> to(policy);
            case Request.Shed(boolean shed) when shed -> mechanism.refusalToRefuse();
            case Request.Shed _,
                    Request.Roll _,
                    Request.Scale _,
                    Request.ScaleBy _,
                    Request.Drain _,
                    Request.Undrain _,
                    Request.Stop _ ->
                    Optional.empty();
        };
    }

    private Optional<String> to(Policy policy) {
        boolean datagrams = plan.listen().stream().anyMatch(a -> a.protocol() == Protocol.UDP);
        if (datagrams && policy instanceof Policy.LeastLoaded) {
            return Optional.of(
                    "least-loaded counts connections, and datagrams have none; use round-robin,"
                            + " or source to keep each client's datagrams together");
        }
        return mechanism.refusal(policy);
    }
}
