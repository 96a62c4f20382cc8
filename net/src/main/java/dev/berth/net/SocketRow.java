package dev.berth.net;

import dev.berth.sys.SockAddr;

import java.util.Optional;
import java.util.OptionalInt;

/// One socket as the kernel lists it.
///
/// @param protocol as requested
/// @param family 2 or 10
/// @param state `SYN_RECV` for a half-open request; `BOUND_INACTIVE` for a TCP socket that is only
///   bound; `CLOSE` for a UDP socket without a peer
/// @param local where it is bound
/// @param remote its peer, if it has one
/// @param inode the number in `socket:[…]` of its holders; 0 if no descriptor refers to it
///   (TIME_WAIT, orphaned, not yet accepted)
/// @param cookie unique for the life of the system, all 64 bits in use; `SO_COOKIE`; 0 in a row
///   that is [#partial()]
/// @param uid of the socket, not of its holders; 0 for TIME_WAIT
/// @param device interface index, 0 if it is not bound to one
/// @param receiveQueue bytes to read; for a listener, connections to accept
/// @param sendQueue bytes not acknowledged; for a listener, the backlog
/// @param drops packets (UDP) or connection requests (listener) that it had to drop, a u32 counter;
///   empty if not requested, and for a socket in TIME_WAIT or a half-open request
/// @param info empty if not requested, and if the kernel has none (UDP, TIME_WAIT)
/// @param v6only empty if the kernel does not report it: IPv4, and connections
/// @param details what else the row contains
public record SocketRow(
        Protocol protocol,
        int family,
        TcpState state,
        SockAddr.Inet local,
        Optional<SockAddr.Inet> remote,
        long inode,
        long cookie,
        int uid,
        int device,
        int receiveQueue,
        int sendQueue,
        OptionalInt drops,
        Optional<TcpInfo> info,
        Optional<Boolean> v6only,
        SocketDetails details) {
    /// The cookie of no socket.
    static final long NO_COOKIE = 0;

    /// Whether the row comes from [ProcNet], which lacks the cookie, the device, the backlog, the
    /// drops of a listener, IPV6_V6ONLY and the cgroup.
    public boolean partial() {
        return cookie == NO_COOKIE;
    }

    /// The number of connections waiting to be accepted; 0 for a socket that does not listen.
    public int queue() {
        return state == TcpState.LISTEN ? receiveQueue : 0;
    }

    /// The number of connections that may wait; 0 for a socket that does not listen.
    public int backlog() {
        return state == TcpState.LISTEN ? sendQueue : 0;
    }
}
