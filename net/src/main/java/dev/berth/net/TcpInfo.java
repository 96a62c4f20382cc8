package dev.berth.net;

import dev.berth.sys.ErrnoException;
import dev.berth.sys.Sockets;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// What the kernel knows about one TCP socket: the part of `struct tcp_info` that tells a busy
/// connection from an idle one, and how full a listener's accept queue is.
///
/// **shape** (host byte order; a kernel that knows fewer fields leaves the rest 0)
///
///     offset  0        24       28      44         52         68   100      120    128    144
///             state u8 unacked  sacked  last_sent  last_recv  rtt  retrans  acked  recvd  notsent
///
/// In state LISTEN the kernel puts the accept queue in `unacked` and the backlog in `sacked`.
///
/// **source**: tcp(7), include/uapi/linux/tcp.h, net/ipv4/tcp.c `tcp_get_info`
///
/// @param state the kernel's number, see [#tcpState()]
/// @param unacked segments sent and not acknowledged; a listener's accept queue
/// @param sacked segments acknowledged out of order; a listener's backlog
/// @param lastDataSentMillis time since data was last sent
/// @param lastDataRecvMillis time since data last came
/// @param roundTripMicros smoothed round-trip time
/// @param totalRetransmits segments sent again over the whole connection
/// @param bytesAcked bytes sent and acknowledged
/// @param bytesReceived bytes received
/// @param notSentBytes bytes written but not yet sent
public record TcpInfo(
        int state,
        int unacked,
        int sacked,
        int lastDataSentMillis,
        int lastDataRecvMillis,
        int roundTripMicros,
        int totalRetransmits,
        long bytesAcked,
        long bytesReceived,
        int notSentBytes) {

    /// More than the fields above reach to; the kernel fills what there is room for.
    private static final int ROOM_BYTES = 256;

    /// What the kernel knows about the TCP socket `fd`.
    ///
    /// @throws ErrnoException `ENOTSOCK`, `EBADF`; `EOPNOTSUPP` for a socket that is not TCP
    public static TcpInfo of(int fd) throws ErrnoException {
        byte[] raw = new byte[ROOM_BYTES];
        int length = Sockets.getsockopt(fd, Sockets.IPPROTO_TCP, Sockets.TCP_INFO, raw);
        ErrnoException.check("getsockopt TCP_INFO", "fd " + fd, length);
        return decode(ByteBuffer.wrap(raw, 0, length));
    }

    /// Decodes a `struct tcp_info` as getsockopt or sock_diag delivers it.
    ///
    /// @throws IllegalArgumentException if `raw` is empty
    public static TcpInfo decode(byte[] raw) {
        return decode(ByteBuffer.wrap(raw));
    }

    static TcpInfo decode(ByteBuffer raw) {
        ByteBuffer info = raw.slice().order(ByteOrder.nativeOrder());
        if (!info.hasRemaining()) {
            throw new IllegalArgumentException("tcp_info is empty");
        }
        return new TcpInfo(
                info.get(0),
                u32(info, 24),
                u32(info, 28),
                u32(info, 44),
                u32(info, 52),
                u32(info, 68),
                u32(info, 100),
                u64(info, 120),
                u64(info, 128),
                u32(info, 144));
    }

    /// The state by name.
    public TcpState tcpState() {
        return TcpState.of(state);
    }

    /// Whether this is a listener. A listener on which shutdown(2) was called is none any more.
    public boolean listening() {
        return state == TcpState.LISTEN.number();
    }

    /// Connections that wait to be accepted; 0 for a socket that does not listen.
    public int queue() {
        return listening() ? unacked : 0;
    }

    /// How many connections may wait: one fewer than the kernel admits; 0 for a socket that does
    /// not listen.
    public int backlog() {
        return listening() ? sacked : 0;
    }

    private static int u32(ByteBuffer info, int offset) {
        return offset + Integer.BYTES <= info.limit() ? info.getInt(offset) : 0;
    }

    private static long u64(ByteBuffer info, int offset) {
        return offset + Long.BYTES <= info.limit() ? info.getLong(offset) : 0;
    }
}
