package dev.berth.inspect;

import dev.berth.net.Protocol;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// Who gets what, once a bind succeeds beside sockets that are there already: the kernel then
/// splits, or moves, somebody's traffic without a word.
///
/// **source**: `inet_lhash2_lookup`, `udp4_lib_lookup2`, `udp6_lib_lookup2`
final class Takeover {
    private static final int MOST_NAMED = 3;

    private final Scene scene;
    private final RuleSocket mine;

    Takeover(Scene scene) {
        this.scene = scene;
        this.mine = scene.wanted();
    }

    /// A sentence for the group that would be joined, and one for each other socket.
    List<String> sentences() {
        List<Observed> there =
                scene.others().stream()
                        .filter(other -> !other.likely().stage().hasPeer())
                        .filter(other -> scene.rule(other.likely()).overlaps())
                        .toList();
        List<Observed> group = there.stream().filter(this::sameGroup).toList();
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
        return scene.protocol() == Protocol.TCP;
    }

    private String what() {
        return tcp() ? "connections" : "datagrams";
    }

    private boolean sameGroup(Observed other) {
        RuleSocket its = other.likely();
        return mine.reuseport()
                && its.reuseport()
                && sameKind(its)
                && mine.device() == its.device()
                && mine.uid() == its.uid()
                && (!tcp() || its.stage() == Stage.LISTENING);
    }

    private boolean sameKind(RuleSocket its) {
        return mine.inet() == its.inet()
                && mine.v6only() == its.v6only()
                && mine.place().equals(its.place());
    }

    private String shared(List<Observed> group) {
        String others =
                group.stream()
                        .limit(MOST_NAMED)
                        .map(Takeover::who)
                        .distinct()
                        .collect(Collectors.joining(", "));
        return "shared: yours joins "
                + group.size()
                + (group.size() == 1 ? " socket" : " sockets")
                + " ("
                + others
                + (group.size() > MOST_NAMED ? " …" : "")
                + "); about 1 of "
                + (group.size() + 1)
                + (tcp() ? " new connections" : " flows")
                + " would come to you, unless a BPF program there decides otherwise";
    }

    private static String who(Observed other) {
        return other.socket().owners().stream()
                .findFirst()
                .map(owner -> "pid " + owner.pid() + " (" + Printable.command(owner) + ")")
                .orElse("a socket of uid " + other.likely().uid());
    }

    private String sentence(Observed other) {
        RuleSocket its = other.likely();
        String who = who(other);
        if (tcp() && its.stage() == Stage.BOUND) {
            return who
                    + " holds the port without listening: whoever of you listens first wins,"
                    + " unless both have SO_REUSEPORT; the other's listen() fails with EADDRINUSE";
        }
        Place here = mine.place();
        Place there = its.place();
        if (here.equals(there) && here.inet4() && mine.inet() != its.inet()) {
            return mine.inet() ? youTake("IPv4 " + what() + " to it", who) : itKeeps(who);
        }
        if (here.equals(there) || (here.wildcard() && there.wildcard())) {
            return sameAddress(its, who);
        }
        if (here.wildcard()) {
            return who
                    + " keeps the "
                    + what()
                    + " to "
                    + its.address().host()
                    + ", the rest is yours";
        }
        return youTake(what() + " to " + mine.address().host(), who);
    }

    private String sameAddress(RuleSocket its, String who) {
        if (mine.place().inet4() != its.place().inet4()) {
            return mine.place().inet4()
                    ? youTake("IPv4 " + what(), who)
                    : who + " keeps the IPv4 " + what() + ", those over IPv6 are yours";
        }
        if (tcp() && mine.v6only() != its.v6only()) {
            return who + " keeps the IPv6 " + what() + ": the first at [::] gets them all";
        }
        if (mine.device() != its.device()) {
            return device(its, who);
        }
        boolean last = mine.inet() || !mine.reuseport();
        return last ? youTake("all " + what() + ", as the last to bind wins", who) : itKeeps(who);
    }

    /// UDP prefers the socket that is bound to a device; with SO_REUSEPORT, and for TCP, the order
    /// alone decides.
    private String device(RuleSocket its, String who) {
        boolean ordered = tcp() || (mine.reuseport() && its.reuseport());
        boolean yours = ordered ? mine.inet() : mine.device() != 0;
        String where = mine.device() == 0 ? "all " + what() : what() + " through that device";
        return yours ? youTake(where, who) : itKeeps(who);
    }

    private String youTake(String what, String who) {
        return "taken over from " + who + ": " + what;
    }

    private String itKeeps(String who) {
        return who + " keeps all " + what() + " that both could get: yours gets none of them";
    }
}
