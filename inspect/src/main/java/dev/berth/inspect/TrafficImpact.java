package dev.berth.inspect;

import dev.berth.net.Protocol;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// Who gets what, once a bind succeeds alongside existing sockets: the kernel then splits or moves
/// somebody's traffic without notice.
///
/// **Source:** `inet_lhash2_lookup`, `udp4_lib_lookup2`, `udp6_lib_lookup2`
final class TrafficImpact {
    private static final int MOST_NAMED = 3;

    private final BindContext context;
    private final RuleSocket mine;

    TrafficImpact(BindContext context) {
        this.context = context;
        this.mine = context.wanted();
    }

    /// A sentence for the group that would be joined, and one for each other socket.
    List<String> sentences() {
        List<ObservedSocket> there =
                context.others().stream()
                        .filter(other -> !other.likely().stage().hasPeer())
                        .filter(other -> context.rule(other.likely()).overlaps())
                        .toList();
        List<ObservedSocket> group = there.stream().filter(this::sameGroup).toList();
        List<String> sentences = new ArrayList<>();
        if (!group.isEmpty()) {
            sentences.add(shared(group));
        }
        there.stream()
                .filter(other -> !sameGroup(other))
                .map(this::sentence)
                .distinct()
                .forEach(sentences::add);
        return sentences;
    }

    private boolean tcp() {
        return context.protocol() == Protocol.TCP;
    }

    private String what() {
        return tcp() ? "connections" : "datagrams";
    }

    private boolean sameGroup(ObservedSocket other) {
        RuleSocket its = other.likely();
        return mine.reuseport()
                && its.reuseport()
                && sameAddress(its)
                && mine.device() == its.device()
                && mine.uid() == its.uid()
                && (!tcp() || its.stage() == SocketStage.LISTENING);
    }

    private boolean sameAddress(RuleSocket its) {
        return mine.inet() == its.inet()
                && mine.v6only() == its.v6only()
                && mine.place().equals(its.place());
    }

    private String shared(List<ObservedSocket> group) {
        String others =
                group.stream()
                        .limit(MOST_NAMED)
                        .map(TrafficImpact::who)
                        .distinct()
                        .collect(Collectors.joining(", "));
        return "shared: your socket joins "
                + group.size()
                + (group.size() == 1 ? " socket" : " sockets")
                + " ("
                + others
                + (group.size() > MOST_NAMED ? " …" : "")
                + "); about 1 of "
                + (group.size() + 1)
                + (tcp() ? " new connections" : " flows")
                + " would come to you, unless a BPF program of the group decides otherwise";
    }

    private static String who(ObservedSocket other) {
        return other.socket().owners().stream()
                .findFirst()
                .map(Owner::text)
                .orElse("a socket with uid " + other.likely().uid());
    }

    private String sentence(ObservedSocket other) {
        RuleSocket its = other.likely();
        String who = who(other);
        if (tcp() && its.stage() == SocketStage.BOUND) {
            return who
                    + " holds the port without listening: whichever of you listens first wins,"
                    + " unless both have SO_REUSEPORT; the other's listen() fails with EADDRINUSE";
        }
        NormalizedAddress here = mine.place();
        NormalizedAddress there = its.place();
        if (here.equals(there)) {
            return wins(its) ? youTake("all " + what(), who) : itKeeps(who);
        }
        if (here.wildcard() && there.wildcard()) {
            return bothFamilies(its, who);
        }
        if (here.wildcard()) {
            return "%s keeps the %s to %s, you get the rest"
                    .formatted(who, what(), its.address().host());
        }
        return youTake(what() + " to " + mine.address().host(), who);
    }

    /// One is `[::]`, the other is all of IPv4.
    private String bothFamilies(RuleSocket its, String who) {
        if (wins(its)) {
            return youTake("IPv4 " + what(), who);
        }
        return mine.place().inet4()
                ? itKeeps(who)
                : who + " keeps the IPv4 " + what() + ", you get those over IPv6";
    }

    /// Whether the new socket gets what arrives at an address that both claim. If SO_REUSEPORT is
    /// set on both, the kernel takes the first group in its list: IPv4's before IPv6's, in IPv4 the
    /// newest first, in IPv6 the oldest. For UDP without it, a socket bound to a device comes
    /// first, then IPv4's, then the newest.
    private boolean wins(RuleSocket its) {
        if (tcp() || (mine.reuseport() && its.reuseport())) {
            return mine.inet();
        }
        int ahead = Integer.compare(score(mine), score(its));
        return ahead != 0 ? ahead > 0 : mine.inet() || !mine.reuseport();
    }

    private static int score(RuleSocket socket) {
        return (socket.device() == 0 ? 0 : 4) + (socket.inet() ? 1 : 0);
    }

    private String youTake(String what, String who) {
        String where = mine.device() == 0 ? "" : " through that device";
        return "taken over from " + who + ": " + what + where;
    }

    private String itKeeps(String who) {
        return who + " keeps all " + what() + " that both could get: your socket gets none of them";
    }
}
