package dev.berth.inspect;

import dev.berth.net.Protocol;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Whether `berth open` would let the wanted socket in: tried with exactly what it would change.
final class OpenFix {
    private OpenFix() {}

    static Optional<String> sentence(BindRequest request, Scene scene) {
        List<PortSocket> sockets = scene.others().stream().map(Observed::socket).toList();
        SharePlan plan = SharePlan.open(new PortReport(sockets, List.of(), List.of()));
        // Not for UDP: whoever is let in there takes datagrams of clients that others know.
        boolean able =
                request.protocol() == Protocol.TCP
                        && plan.refusal().isEmpty()
                        && !plan.changes().isEmpty();
        Set<Long> opened = new HashSet<>();
        plan.changes().forEach(change -> opened.add(change.inode()));
        Scene shared = scene.with(scene.wanted().withReuseport(true));
        boolean works =
                able
                        && !shared.passes()
                        && shared.passes(other -> Optional.of(opened(opened, other)));
        return works
                ? Optional.of(
                        "berth open "
                                + request.where().port()
                                + (request.reuseport()
                                        ? ": works, sets SO_REUSEPORT on the running one; same uid"
                                        : ", and set SO_REUSEPORT on yours: works without a restart"
                                                + " of the other one; same uid"))
                : Optional.empty();
    }

    private static RuleSocket opened(Set<Long> opened, Observed other) {
        return opened.contains(other.socket().inode())
                ? other.strict().withReuseport(true)
                : other.strict();
    }
}
