package dev.berth.inspect;

import dev.berth.net.BoundAddress;
import dev.berth.net.Protocol;
import dev.berth.sys.SockAddr;

import org.jspecify.annotations.Nullable;

/// One TCP port number of one network namespace: the exact rules, including the kernel's memory.
///
/// The kernel remembers the last SO_REUSEPORT socket that passed the full check. A socket with the
/// same uid, at an address covered by the remembered one, is then admitted without checking the
/// other sockets. The memory outlives the socket; a bind without SO_REUSEPORT clears it, and so
/// does the end of the last socket. It cannot be read from outside, so this model is exact only for
/// a port whose whole history is known.
///
/// **Errors:** `IllegalArgumentException` for a name that is not on the port, or already is.
///
/// **Source:** `inet_csk_get_port`, `sk_reuseport_match`, net/ipv4/inet_connection_sock.c
public final class TcpPort extends PortModel {
    private @Nullable RuleSocket remembered;
    private int leavings;

    /// An empty port.
    public TcpPort() {}

    /// Whether listen(2) succeeds: the check of bind(2) again, with the others as they are now. A
    /// socket that already listens is not checked.
    public boolean listen(String name) {
        RuleSocket socket = socket(name);
        if (socket.stage() == SocketStage.LISTENING) {
            return true;
        }
        if (!admits(name, socket)) {
            return false;
        }
        put(name, socket.withStage(SocketStage.LISTENING));
        return true;
    }

    /// A connection to `listener` at the address `local`, accepted by a process with `acceptUid`.
    public void accept(String listener, String name, SockAddr.Inet local, int acceptUid) {
        put(name, socket(listener).child(local, acceptUid));
    }

    @Override
    public void gone(String name) {
        super.gone(name);
        if (empty()) {
            remembered = null;
        }
    }

    /// The connection is closed before its peer is: the kernel keeps it, without a name.
    void leave(String name) {
        RuleSocket left = socket(name).withStage(SocketStage.TIME_WAIT);
        put(" left " + leavings++, left);
        super.gone(name);
    }

    @Override
    boolean admits(String name, RuleSocket wanted) {
        boolean known = covered(wanted);
        if (!known && conflict(name, wanted)) {
            return false;
        }
        if (!wanted.reuseport()) {
            remembered = null;
        } else if (!known) {
            remembered = wanted;
        }
        return true;
    }

    private boolean conflict(String name, RuleSocket wanted) {
        return others(name).stream()
                .anyMatch(other -> !PairwiseRule.judge(Protocol.TCP, wanted, other).allowed());
    }

    private boolean covered(RuleSocket wanted) {
        RuleSocket record = remembered;
        return record != null
                && wanted.reuseport()
                && !wanted.program()
                && record.uid() == wanted.uid()
                && reuseportMatch(record, wanted);
    }

    /// Whether the kernel's memory of `record` admits `wanted`, as far as their addresses decide: a
    /// wildcard covers every address of its kind, but only if it is the remembered one's. Devices
    /// are ignored. Not the same as [BoundAddress#covers]: an IPv6 socket is compared under the
    /// IPv4 address that the kernel stores for it.
    private static boolean reuseportMatch(RuleSocket record, RuleSocket wanted) {
        NormalizedAddress old = record.place();
        NormalizedAddress now = wanted.place();
        if (record.inet() || (old.inet4() && now.inet4())) {
            return !wanted.v6only() && (old.wildcard() || old.equals(inInet4(now)));
        }
        boolean any = !old.inet4() && old.wildcard();
        if (any && !(record.v6only() && now.inet4())) {
            return true;
        }
        return !wanted.inet() && old.equals(now);
    }

    /// The IPv4 address that the kernel compares for an IPv6 socket.
    private static NormalizedAddress inInet4(NormalizedAddress normalized) {
        if (normalized.inet4()) {
            return normalized;
        }
        return normalized.wildcard() ? NormalizedAddress.ANY4 : NormalizedAddress.OF_CONCRETE_INET6;
    }
}
