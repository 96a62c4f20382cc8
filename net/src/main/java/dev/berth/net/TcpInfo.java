package dev.berth.net;

import dev.berth.sys.ErrnoException;
import dev.berth.sys.Sockets;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// What the kernel knows about a TCP socket: the part of `struct tcp_info` that distinguishes a
/// busy connection from an idle one and shows how full a listener's accept queue is.
///
/// **Shape:** (host byte order; a kernel that knows fewer fields leaves the rest 0)
///
///     offset  0        24       28      44         52         56        68   100
///             state u8 unacked  sacked  last_sent  last_recv  last_ack  rtt  retrans
///     offset  120    128    136   140  144      152      156
///             acked  recvd  segs  in   notsent  data in  data out
///
/// In state LISTEN the kernel puts the accept queue in `unacked` and the backlog in `sacked`.
///
/// **Source:** tcp(7), include/uapi/linux/tcp.h, net/ipv4/tcp.c `tcp_get_info`
///
/// @param state the kernel's number, see [TcpState#of]
/// @param unacked segments sent and not acknowledged; for a listener, the accept queue
/// @param sacked segments acknowledged out of order; for a listener, the backlog
/// @param lastDataSentMillis time since data was last sent
/// @param lastDataRecvMillis time since data was last received
/// @param lastAckRecvMillis time since an acknowledgement was last received, alone or with data
/// @param roundTripMicros smoothed round-trip time
/// @param totalRetransmits segments retransmitted over the whole connection
/// @param bytesAcked bytes sent and acknowledged
/// @param bytesReceived bytes received
/// @param notSentBytes bytes written but not yet sent
/// @param segments the number of segments in each direction
public record TcpInfo(
        int state,
        int unacked,
        int sacked,
        int lastDataSentMillis,
        int lastDataRecvMillis,
        int lastAckRecvMillis,
        int roundTripMicros,
        int totalRetransmits,
        long bytesAcked,
        long bytesReceived,
        int notSentBytes,
        Segments segments) {
    /// Segments over the whole connection, including retransmissions. For an accepted connection,
    /// the segments of the handshake do not count, except the one that completed it.
    ///
    /// @param out sent
    /// @param in received
    /// @param dataIn those received with data
    /// @param dataOut those sent with data
    public record Segments(int out, int in, int dataIn, int dataOut) {
        /// Segments sent without data, mostly acknowledgements.
        public int bareOut() {
            return out - dataOut;
        }
    }

    /// More than the fields above need; the kernel fills as much as fits.
    private static final int ROOM_BYTES = 256;

    /// Reads what the kernel knows about the TCP socket `fd`.
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
                u32(info, 56),
                u32(info, 68),
                u32(info, 100),
                u64(info, 120),
                u64(info, 128),
                u32(info, 144),
                new Segments(u32(info, 136), u32(info, 140), u32(info, 152), u32(info, 156)));
    }

    /// Whether this is a listener. After shutdown(2) it no longer counts as one.
    public boolean listening() {
        return state == TcpState.LISTEN.number();
    }

    /// The number of connections waiting to be accepted; 0 for a socket that does not listen.
    public int queue() {
        return listening() ? unacked : 0;
    }

    /// The number of connections that may wait: one fewer than the kernel admits; 0 for a socket
    /// that does not listen.
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
