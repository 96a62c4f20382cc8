package dev.berth.inspect;

import dev.berth.net.Protocol;
import dev.berth.sys.SockAddr;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// One UDP port number of one network namespace: the exact rules, including the order in which the
/// kernel checks the sockets.
///
/// It stops at the first socket that overlaps and is not shared by SO_REUSEADDR on both: that
/// socket decides, whatever comes after it. The newest come first, but IPv6 sockets with
/// SO_REUSEPORT last. Beyond ten sockets, a concrete address is checked only against sockets at the
/// same address, then against the wildcards.
///
/// **Errors:** `IllegalArgumentException` for a name that is not on the port, or already is.
///
/// **Source:** `udp_lib_get_port`, `udp_lib_lport_inuse`, net/ipv4/udp.c
public final class UdpPort extends PortModel {
    /// Number of sockets beyond which the kernel uses the lists by address.
    private static final int LONG_LIST = 10;

    private final List<String> order = new ArrayList<>();
    private final Map<NormalizedAddress, List<String>> byPlace = new HashMap<>();

    /// An empty port.
    public UdpPort() {}

    @Override
    public boolean bind(String name, RuleSocket socket) {
        if (!super.bind(name, socket)) {
            return false;
        }
        boolean last = !socket.inet() && socket.reuseport();
        insert(order, name, last);
        insert(at(key(socket)), name, last);
        return true;
    }

    /// The socket got a peer, and with it possibly the concrete address `local`.
    public void connect(String name, SockAddr.Inet local) {
        RuleSocket before = socket(name);
        RuleSocket after = before.withStage(SocketStage.CONNECTED).withAddress(local);
        put(name, after);
        if (!key(before).equals(key(after))) {
            at(key(before)).remove(name);
            at(key(after)).addFirst(name);
        }
    }

    @Override
    public void gone(String name) {
        at(key(socket(name))).remove(name);
        order.remove(name);
        super.gone(name);
    }

    private static void insert(List<String> list, String name, boolean last) {
        list.add(last ? list.size() : 0, name);
    }

    private List<String> at(NormalizedAddress normalized) {
        return byPlace.computeIfAbsent(normalized, _ -> new ArrayList<>());
    }

    /// The wildcards of both families share one list.
    private static NormalizedAddress key(RuleSocket socket) {
        NormalizedAddress normalized = socket.place();
        return normalized.wildcard() ? NormalizedAddress.ANY4 : normalized;
    }

    @Override
    boolean admits(String name, RuleSocket wanted) {
        return !refused(wanted);
    }

    private boolean refused(RuleSocket wanted) {
        if (order.size() > LONG_LIST && !wanted.place().wildcard()) {
            return refused(wanted, at(key(wanted))) || refused(wanted, at(NormalizedAddress.ANY4));
        }
        return refused(wanted, order);
    }

    private boolean refused(RuleSocket wanted, List<String> names) {
        for (String name : names) {
            switch (PairwiseRule.judge(Protocol.UDP, wanted, socket(name))) {
                case BOTH_REUSEADDR, DIFFERENT_DEVICES, NO_OVERLAP -> {}
                case BOTH_REUSEPORT, REUSEPORT_TIME_WAIT -> {
                    return false;
                }
                case NEITHER,
                        NOT_SHARED_BY_YOU,
                        NOT_SHARED_BY_IT,
                        NO_COMMON_OPTION,
                        LISTENING,
                        REUSEPORT_MISSING,
                        OTHER_UID,
                        PROGRAM_ATTACHED,
                        CONNECTED_DUAL_STACK -> {
                    return true;
                }
            }
        }
        return false;
    }
}
