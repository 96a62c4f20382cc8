package dev.berth.inspect;

import dev.berth.net.Protocol;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Checks whether `berth open` would let the wanted socket in, by trying exactly what it would
/// change.
final class OpenPortRemedy {
    private OpenPortRemedy() {}

    static Optional<String> sentence(BindRequest request, BindContext context) {
        List<PortSocket> sockets = context.others().stream().map(ObservedSocket::socket).toList();
        SharePlan plan = SharePlan.open(new PortReport(sockets, List.of(), List.of()));
        // Not for UDP: a socket that is let in there receives datagrams from clients that others
        // know.
        boolean able =
                request.protocol() == Protocol.TCP
                        && plan.refusal().isEmpty()
                        && !plan.changes().isEmpty();
        Set<Long> opened = new HashSet<>();
        plan.changes().forEach(change -> opened.add(change.inode()));
        BindContext shared = context.with(context.wanted().withReuseport(true));
        boolean works =
                able
                        && !shared.passes()
                        && shared.passes(other -> Optional.of(opened(opened, other)));
        return works
                ? Optional.of(
                        "berth open "
                                + request.where().port()
                                + (request.reuseport()
                                        ? ": works, sets SO_REUSEPORT on theirs; same uid"
                                        : ", and set SO_REUSEPORT on your socket: works without"
                                                + " restarting the other process; same uid"))
                : Optional.empty();
    }

    private static RuleSocket opened(Set<Long> opened, ObservedSocket other) {
        return opened.contains(other.socket().inode())
                ? other.strict().withReuseport(true)
                : other.strict();
    }
}
