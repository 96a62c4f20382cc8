package dev.berth.inspect;

import dev.berth.net.TcpState;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.SockAddr;
import dev.berth.sys.Sockets;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Asks the kernel for the state of one TCP connection over `lo` by its addresses and ports: some
/// 10 µs, where listing all connections takes 10 ms.
///
/// **Shape:** the request: nlmsghdr (16), inet_diag_req_v2 (family, protocol, extensions, pad: u8;
/// states: u32; the sockid: ports u16, addresses 16 bytes each, device u32, cookie 64). The answer:
/// nlmsghdr, inet_diag_msg (family, state, timer, retransmissions: u8; …).
///
/// **Source:** sock_diag(7); `inet_diag_find_one_icsk`
final class ConnectionProbe implements AutoCloseable {
    private static final int NETLINK_SOCK_DIAG = 4;
    private static final short SOCK_DIAG_BY_FAMILY = 20;
    private static final short NLMSG_ERROR = 2;
    private static final short NLM_F_REQUEST = 1;
    private static final int HEADER_BYTES = 16;
    private static final int REQUEST_BYTES = HEADER_BYTES + 56;
    private static final int ADDRESS_BYTES = 16;

    /// Where its packets arrive: a socket that is bound to a device is found only through it.
    private static final int LOOPBACK_INDEX = 1;

    /// The timer of a connection that no socket holds any more.
    private static final byte TIMER_TIME_WAIT = 3;

    private final Fd socket;

    ConnectionProbe() throws ErrnoException {
        int type = Sockets.SOCK_RAW | Sockets.SOCK_CLOEXEC;
        int number = Sockets.socket(Sockets.AF_NETLINK, type, NETLINK_SOCK_DIAG);
        socket = Fd.of("socket", "NETLINK_SOCK_DIAG", number);
    }

    @Override
    public void close() {
        socket.close();
    }

    /// The state of a closed end of a connection.
    enum Fate {
        /// It is gone, or left in TIME_WAIT or in the orphaned FIN_WAIT2 that is kept in the same
        /// way.
        SETTLED,
        /// A full socket in FIN_WAIT2; if that does not change at once, see
        /// [TimeWaitMissedException].
        WHOLE,
        /// It is waiting for a packet.
        UNDER_WAY
    }

    /// The state of the end `local`. If that end is gone, the kernel answers with the listener.
    Fate fate(SockAddr.Inet local, SockAddr.Inet remote) throws ErrnoException {
        byte[] request = request(plain(local), plain(remote));
        ErrnoException.check("send", local, Sockets.send(socket.number(), request, 0));
        byte[] answer = new byte[1024];
        ErrnoException.check("recv", local, Sockets.recv(socket.number(), answer, 0));
        ByteBuffer in = ByteBuffer.wrap(answer).order(ByteOrder.nativeOrder());
        if (in.getShort(4) == NLMSG_ERROR) {
            int error = in.getInt(HEADER_BYTES);
            if (Errno.ENOENT.is(error)) {
                return Fate.SETTLED;
            }
            ErrnoException.check("sock_diag", local, error);
        }
        int state = answer[HEADER_BYTES + 1];
        boolean left = answer[HEADER_BYTES + 2] == TIMER_TIME_WAIT;
        if (left || state == TcpState.LISTEN.number()) {
            return Fate.SETTLED;
        }
        return state == TcpState.FIN_WAIT2.number() ? Fate.WHOLE : Fate.UNDER_WAY;
    }

    private static SockAddr.Inet plain(SockAddr.Inet address) {
        return address instanceof SockAddr.Inet6 six && six.mapped().isPresent()
                ? six.mapped().get()
                : address;
    }

    private static byte[] request(SockAddr.Inet local, SockAddr.Inet remote) {
        ByteBuffer out = ByteBuffer.allocate(REQUEST_BYTES).order(ByteOrder.nativeOrder());
        out.putInt(REQUEST_BYTES).putShort(SOCK_DIAG_BY_FAMILY).putShort(NLM_F_REQUEST);
        out.putInt(1).putInt(0);
        out.put((byte) local.family()).put((byte) Sockets.IPPROTO_TCP).putShort((short) 0);
        out.putInt(-1);
        out.order(ByteOrder.BIG_ENDIAN);
        out.putShort((short) local.port()).putShort((short) remote.port());
        put(out, local);
        put(out, remote);
        out.order(ByteOrder.nativeOrder()).putInt(LOOPBACK_INDEX).putLong(-1);
        return out.array();
    }

    private static void put(ByteBuffer out, SockAddr.Inet address) {
        int end = out.position() + ADDRESS_BYTES;
        switch (address) {
            case SockAddr.Inet4 four -> out.putInt(four.address());
            case SockAddr.Inet6 six -> out.putLong(six.high()).putLong(six.low());
        }
        out.position(end);
    }
}
