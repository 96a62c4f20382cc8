package dev.berth.inspect;

import dev.berth.net.Protocol;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// The wanted socket and the others on its port, on which the rules are tried, also with changes.
///
/// @param protocol of all sockets
/// @param wanted the socket to be bound
/// @param others the sockets that are there
record Scene(Protocol protocol, RuleSocket wanted, List<Observed> others) {
    static Scene of(BindRequest request, int device, List<PortSocket> sockets) {
        return new Scene(request.protocol(), request.socket(device), Observed.of(sockets, request));
    }

    Scene with(RuleSocket other) {
        return new Scene(protocol, other, others);
    }

    /// The rule between the wanted socket and one reading of another.
    PairwiseRule rule(RuleSocket other) {
        return PairwiseRule.judge(protocol, wanted, other);
    }

    /// The sockets in the way, in the reading selected by `reading`.
    List<Observed> inTheWay(Function<Observed, RuleSocket> reading) {
        return others.stream().filter(other -> !rule(reading.apply(other)).allowed()).toList();
    }

    /// Whether nothing is in the way, however the unknown is read.
    boolean passes() {
        return passes(other -> Optional.of(other.strict()));
    }

    /// Whether nothing is in the way once `change` has been applied to every other socket; an empty
    /// result means that the socket is gone.
    boolean passes(Function<Observed, Optional<RuleSocket>> change) {
        return others.stream()
                .map(change)
                .flatMap(Optional::stream)
                .allMatch(other -> rule(other).allowed());
    }
}
