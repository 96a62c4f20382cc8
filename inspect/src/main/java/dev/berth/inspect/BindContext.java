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
record BindContext(Protocol protocol, RuleSocket wanted, List<ObservedSocket> others) {
    static BindContext of(BindRequest request, int device, List<PortSocket> sockets) {
        return new BindContext(
                request.protocol(), request.socket(device), ObservedSocket.of(sockets, request));
    }

    BindContext with(RuleSocket other) {
        return new BindContext(protocol, other, others);
    }

    /// The rule between the wanted socket and one reading of another.
    PairwiseRule rule(RuleSocket other) {
        return PairwiseRule.judge(protocol, wanted, other);
    }

    /// The sockets in the way, in the reading selected by `reading`.
    List<ObservedSocket> conflicts(Function<ObservedSocket, RuleSocket> reading) {
        return others.stream().filter(other -> !rule(reading.apply(other)).allowed()).toList();
    }

    /// Whether nothing is in the way, however the unknown is read.
    boolean passes() {
        return passes(other -> Optional.of(other.strict()));
    }

    /// Whether nothing is in the way once `change` has been applied to every other socket; an empty
    /// result means that the socket is gone.
    boolean passes(Function<ObservedSocket, Optional<RuleSocket>> change) {
        return others.stream()
                .map(change)
                .flatMap(Optional::stream)
                .allMatch(other -> rule(other).allowed());
    }
}
