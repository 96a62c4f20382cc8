package dev.berth.net;

import dev.berth.sys.Sockets;

import java.util.EnumSet;
import java.util.OptionalInt;
import java.util.Set;

/// Which sockets to list, and how much detail to return for each.
///
/// @param protocol TCP or UDP
/// @param family `AF_INET` 2, `AF_INET6` 10 (including mapped addresses), or 0 for both
/// @param states the states to list; `SYN_RECV` includes half-open requests, `BOUND_INACTIVE` walks
///   the whole port table (some 10 ms) and needs Linux 6.8
/// @param localPort only sockets on this local port; the kernel filters
/// @param tcpInfo with [SocketRow#info()]
/// @param memory with [SocketRow#drops()]
public record DiagQuery(
        Protocol protocol,
        int family,
        Set<TcpState> states,
        OptionalInt localPort,
        boolean tcpInfo,
        boolean memory) {
    /// Both address families, with one dump for each.
    public static final int BOTH = Sockets.AF_UNSPEC;

    /// IPv4 sockets.
    public static final int INET = Sockets.AF_INET;

    /// IPv6 sockets.
    public static final int INET6 = Sockets.AF_INET6;

    public DiagQuery {
        if (family != BOTH && family != INET && family != INET6) {
            throw new IllegalArgumentException("family must be 0, 2 or 10: family=" + family);
        }
        if (states.isEmpty()) {
            throw new IllegalArgumentException("no state requested");
        }
        if (localPort.isPresent() && (localPort.getAsInt() >>> 16) != 0) {
            throw new IllegalArgumentException("localPort=" + localPort.getAsInt());
        }
        states = Set.copyOf(states);
    }

    /// Every socket of `protocol`, both families and all states, without details.
    public static DiagQuery all(Protocol protocol) {
        Set<TcpState> states = EnumSet.allOf(TcpState.class);
        return new DiagQuery(protocol, BOTH, states, OptionalInt.empty(), false, false);
    }

    /// The TCP listeners of both families, with queue, backlog and drops.
    public static DiagQuery listeners() {
        Set<TcpState> states = EnumSet.of(TcpState.LISTEN);
        return new DiagQuery(Protocol.TCP, BOTH, states, OptionalInt.empty(), false, true);
    }

    /// The same query for one family only.
    public DiagQuery withFamily(int other) {
        return new DiagQuery(protocol, other, states, localPort, tcpInfo, memory);
    }

    /// The same query for other states.
    public DiagQuery withStates(TcpState first, TcpState... more) {
        return new DiagQuery(protocol, family, EnumSet.of(first, more), localPort, tcpInfo, memory);
    }

    /// The same query for one local port.
    public DiagQuery withLocalPort(int port) {
        return new DiagQuery(protocol, family, states, OptionalInt.of(port), tcpInfo, memory);
    }

    /// The same query with TCP_INFO.
    public DiagQuery withTcpInfo() {
        return new DiagQuery(protocol, family, states, localPort, true, memory);
    }

    /// The same query with drops.
    public DiagQuery withMemory() {
        return new DiagQuery(protocol, family, states, localPort, tcpInfo, true);
    }

    /// The states as the kernel's bits. A half-open request is requested as 12 and reported as 3.
    int stateBits() {
        int bits = 0;
        for (TcpState state : states) {
            bits |= 1 << state.number();
        }
        int synRecv = 1 << TcpState.SYN_RECV.number() | 1 << TcpState.NEW_SYN_RECV.number();
        return (bits & synRecv) != 0 ? bits | synRecv : bits;
    }
}
