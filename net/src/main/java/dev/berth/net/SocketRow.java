package dev.berth.net;

import dev.berth.sys.SockAddr;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/// One socket as the kernel lists it.
///
/// @param protocol as asked
/// @param family 2 or 10
/// @param state a half-open request is `SYN_RECV`; a TCP socket that is only bound
///   `BOUND_INACTIVE`; a UDP socket without a peer `CLOSE`
/// @param local where it is bound
/// @param remote its peer, if it has one
/// @param inode the number in `socket:[…]` of its holders; 0 if no descriptor refers to it
///   (TIME_WAIT, orphaned, not yet accepted)
/// @param cookie unique for the life of the system, all 64 bits in use; `SO_COOKIE`; 0 in a row
///   that is [#partial()]
/// @param uid of the socket, not of its holders; 0 for TIME_WAIT
/// @param device interface index, 0 if it is bound to none
/// @param receiveQueue bytes to read; connections to accept for a listener
/// @param sendQueue bytes not acknowledged; the backlog for a listener
/// @param drops packets (UDP) or connection requests (listener) that it had to drop, a u32 counter;
///   empty if not asked for, and for a socket in TIME_WAIT or a half-open request
/// @param info empty if not asked for, and where the kernel has none (UDP, TIME_WAIT)
/// @param v6only empty where the kernel does not tell: IPv4, and connections
/// @param details what else the row tells
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

    public SocketRow {
        Objects.requireNonNull(protocol, "protocol");
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(local, "local");
        Objects.requireNonNull(remote, "remote");
        Objects.requireNonNull(drops, "drops");
        Objects.requireNonNull(info, "info");
        Objects.requireNonNull(v6only, "v6only");
        Objects.requireNonNull(details, "details");
    }

    /// A row without details.
    public SocketRow(
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
            Optional<Boolean> v6only) {
        this(
                protocol,
                family,
                state,
                local,
                remote,
                inode,
                cookie,
                uid,
                device,
                receiveQueue,
                sendQueue,
                drops,
                info,
                v6only,
                SocketDetails.NONE);
    }

    /// Whether it is of [ProcNet], which does not tell the cookie, the device, the backlog, the
    /// drops of a listener, nor IPV6_V6ONLY and the cgroup.
    public boolean partial() {
        return cookie == NO_COOKIE;
    }

    /// Connections that wait to be accepted; 0 for a socket that does not listen.
    public int queue() {
        return state == TcpState.LISTEN ? receiveQueue : 0;
    }

    /// How many connections may wait; 0 for a socket that does not listen.
    public int backlog() {
        return state == TcpState.LISTEN ? sendQueue : 0;
    }
}
