package dev.berth.inspect;

import dev.berth.net.Protocol;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// The wanted socket and those on its port: what the rules are tried on, with changes too.
///
/// @param protocol of all
/// @param wanted the socket to be bound
/// @param others those that are there
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

    /// Those in the way, in the reading that `reading` takes.
    List<Observed> inTheWay(Function<Observed, RuleSocket> reading) {
        return others.stream().filter(other -> !rule(reading.apply(other)).allowed()).toList();
    }

    /// Whether nothing is in the way, however the unknown is read.
    boolean passes() {
        return passes(other -> Optional.of(other.strict()));
    }

    /// Whether nothing is in the way once every other socket is what `change` makes of it; empty:
    /// gone.
    boolean passes(Function<Observed, Optional<RuleSocket>> change) {
        return others.stream()
                .map(change)
                .flatMap(Optional::stream)
                .allMatch(other -> rule(other).allowed());
    }
}
