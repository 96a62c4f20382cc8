package dev.berth.lab;

import dev.berth.inspect.RuleSocket;
import dev.berth.sys.SockAddr;
import dev.berth.sys.Sockets;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Which socket gets a packet of a new client, among those that share a port.
///
/// The kernel searches the sockets with exactly that address first, then the wildcards. In each
/// list the newest come first, but IPv6 sockets with SO_REUSEPORT last; an IPv4 socket wins over an
/// IPv6 socket; the first member of a reuseport group that is found takes the packet for its group,
/// whatever comes later.
///
/// **Source:** `__inet_lookup_listener`, `udp4_lib_lookup2`, `__udp4_lib_mcast_deliver`
final class ReceiverRule {
    private final List<RuleSocket> sockets;

    /// @param sockets in the order in which they were bound, or began to listen
    ReceiverRule(List<RuleSocket> sockets) {
        this.sockets = sockets;
    }

    /// The sockets that can get a packet to one address: several only if they are one group, of
    /// which the hash chooses one. Numbers from 0.
    List<Integer> unicast(SockAddr.Inet to) {
        for (boolean wildcard : new boolean[] {false, true}) {
            List<Integer> found = best(list(to, wildcard), to);
            if (!found.isEmpty()) {
                return found;
            }
        }
        return List.of();
    }

    /// The sockets that get a copy of a packet to all: IPv4 broadcast or multicast that none of
    /// them joined.
    List<Integer> everybody(boolean multicast) {
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < sockets.size(); i++) {
            RuleSocket socket = sockets.get(i);
            boolean inet = socket.address().family() == Sockets.AF_INET;
            if (matches(socket, new SockAddr.Inet4(0x7fffffff, 0), true) && (inet || !multicast)) {
                found.add(i);
            }
        }
        return found;
    }

    /// The kernel's list of candidates.
    private List<Integer> list(SockAddr.Inet to, boolean wildcard) {
        List<Integer> list = new ArrayList<>();
        for (int i = 0; i < sockets.size(); i++) {
            RuleSocket socket = sockets.get(i);
            if (matches(socket, to, wildcard)) {
                boolean tail = socket.address() instanceof SockAddr.Inet6 && socket.reuseport();
                list.add(tail ? list.size() : 0, i);
            }
        }
        return list;
    }

    private static boolean matches(RuleSocket socket, SockAddr.Inet to, boolean wildcard) {
        SockAddr.Inet mine = plain(socket.address());
        if (!wildcard) {
            return mine.withPort(0).equals(to.withPort(0));
        }
        boolean dual = mine instanceof SockAddr.Inet6 && !socket.v6only();
        return mine.wildcard()
                && (mine.family() == to.family() || (dual && to instanceof SockAddr.Inet4));
    }

    /// An address mapped into IPv6, as an IPv4 address.
    private static SockAddr.Inet plain(SockAddr.Inet address) {
        Optional<SockAddr.Inet4> inner =
                address instanceof SockAddr.Inet6 six ? six.mapped() : Optional.empty();
        return inner.isPresent() ? inner.get() : address;
    }

    private List<Integer> best(List<Integer> list, SockAddr.Inet to) {
        int most = 0;
        List<Integer> best = List.of();
        for (int i : list) {
            RuleSocket socket = sockets.get(i);
            int score =
                    to instanceof SockAddr.Inet4 && socket.address() instanceof SockAddr.Inet4
                            ? 2
                            : 1;
            if (score > most) {
                most = score;
                best = group(socket, i);
                if (socket.reuseport()) {
                    return best;
                }
            }
        }
        return best;
    }

    private List<Integer> group(RuleSocket one, int number) {
        if (!one.reuseport()) {
            return List.of(number);
        }
        List<Integer> members = new ArrayList<>();
        for (int i = 0; i < sockets.size(); i++) {
            RuleSocket other = sockets.get(i);
            boolean same =
                    other.reuseport()
                            && other.address().equals(one.address())
                            && other.v6only() == one.v6only()
                            && other.uid() == one.uid();
            if (same) {
                members.add(i);
            }
        }
        return members;
    }
}
