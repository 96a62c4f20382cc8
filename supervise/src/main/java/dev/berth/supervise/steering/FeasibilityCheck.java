package dev.berth.supervise.steering;

import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.lifecycle.TrafficChanges;

import java.util.Optional;

/// What is not available here: for a plan, and for each request while that plan runs.
public record FeasibilityCheck(SteeringSupport support, ServiceSpec spec) {
    /// Why the plan is not possible.
    public Optional<String> specRefusal() {
        Optional<String> unfit =
                TrafficChanges.problem(spec.policy(), spec.settings(), spec.workers().count())
                        .or(() -> refusal(spec.policy()));
        boolean slow = spec.steering().slowStart().isPositive();
        if (unfit.isEmpty() && slow && !support.supportsPartialShares()) {
            return Optional.of(
                    "no slow start: only a BPF program can divide connections by shares"
                            + support.reasonSuffix());
        }
        return spec.steering().maxConnections().isPresent() ? unfit.or(this::countRefusal) : unfit;
    }

    private Optional<String> countRefusal() {
        Optional<String> why =
                spec.sockets().addresses().onlyDatagrams()
                        ? Optional.of("datagrams have no connections to count")
                        : support.shedRefusal();
        return why.map(text -> "no --max-connections: " + text);
    }

    /// Why a request cannot be fulfilled, as far as that depends on the mechanism.
    public Optional<String> refusal(Request request) {
        return switch (request) {
            case Request.Steer(Policy policy) -> refusal(policy);
            case Request.Shed(boolean shed) when shed -> support.shedRefusal();
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

    private Optional<String> refusal(Policy policy) {
        if (spec.sockets().addresses().anyDatagrams() && policy instanceof Policy.LeastLoaded) {
            return Optional.of(
                    "least-loaded counts connections, and datagrams have none; use round-robin,"
                            + " or source to keep each client's datagrams together");
        }
        return support.refusal(policy);
    }
}
