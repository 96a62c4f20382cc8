package dev.berth.net;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Sockets;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Network devices of the calling thread's network namespace.
///
/// **Shape:** a request: nlmsghdr (16), ifinfomsg (16: family u8, pad u8, type u16, index, flags,
/// change), attributes; each attribute a length and a type (u16 both), and its value.
///
/// **Source:** rtnetlink(7)
public final class NetworkDevices {
    private static final int NETLINK_ROUTE = 0;
    private static final short RTM_NEWLINK = 16;
    private static final short REQUEST_AND_ACK = 0x5;
    private static final short CREATE_AND_ACK = 0x605;
    private static final int IFF_UP = 1;
    private static final short IFLA_IFNAME = 3;
    private static final short IFLA_LINKINFO = 18;
    private static final short IFLA_INFO_KIND = 1;
    private static final int HEADER_BYTES = 16;

    private NetworkDevices() {}

    /// Creates a device, which is down. Returns 0 or -errno (`EOPNOTSUPP`: this kernel has no such
    /// kind).
    ///
    /// @param kind as `dummy`, `bridge`
    public static int create(String name, String kind) throws ErrnoException {
        byte[] info = attribute(IFLA_INFO_KIND, kind.getBytes(US_ASCII));
        byte[] label = attribute(IFLA_IFNAME, (name + "\0").getBytes(US_ASCII));
        byte[] link = attribute(IFLA_LINKINFO, info);
        ByteBuffer out = request(CREATE_AND_ACK, label.length + link.length);
        out.position(2 * HEADER_BYTES);
        return answer(out.put(label).put(link));
    }

    /// Sets a device up. Returns 0 or -errno.
    static int raise(int index) throws ErrnoException {
        ByteBuffer out = request(REQUEST_AND_ACK, 0);
        out.putInt(0).putInt(index).putInt(IFF_UP).putInt(IFF_UP);
        return answer(out);
    }

    private static ByteBuffer request(short flags, int attributes) {
        ByteBuffer out =
                ByteBuffer.allocate(2 * HEADER_BYTES + attributes).order(ByteOrder.nativeOrder());
        out.putInt(out.capacity()).putShort(RTM_NEWLINK).putShort(flags);
        return out.position(HEADER_BYTES);
    }

    /// An attribute padded to four bytes; its length does not include the padding.
    private static byte[] attribute(short type, byte[] value) {
        int length = 4 + value.length;
        ByteBuffer out = ByteBuffer.allocate((length + 3) & ~3).order(ByteOrder.nativeOrder());
        return out.putShort((short) length).putShort(type).put(value).array();
    }

    private static int answer(ByteBuffer message) throws ErrnoException {
        byte[] request = new byte[message.capacity()];
        message.get(0, request);
        int type = Sockets.SOCK_RAW | Sockets.SOCK_CLOEXEC;
        long number = Sockets.socket(Sockets.AF_NETLINK, type, NETLINK_ROUTE);
        try (Fd route = Fd.of("socket", "NETLINK_ROUTE", number)) {
            ErrnoException.check("send", "RTM_NEWLINK", Sockets.send(route.number(), request, 0));
            byte[] answer = new byte[512];
            ErrnoException.check("recv", "RTM_NEWLINK", Sockets.recv(route.number(), answer, 0));
            return ByteBuffer.wrap(answer).order(ByteOrder.nativeOrder()).getInt(HEADER_BYTES);
        }
    }
}
