package dev.berth.lab;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Sockets;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/// A network device beside `lo`, that nothing is connected to.
///
/// **shape** of the request: nlmsghdr (16), ifinfomsg (16), IFLA_IFNAME, IFLA_LINKINFO with
/// IFLA_INFO_KIND in it; each attribute a length and a type (u16 both), and its value.
///
/// **source**: rtnetlink(7)
final class SecondDevice {
    static final String NAME = "berth0";

    private static final int NETLINK_ROUTE = 0;
    private static final short RTM_NEWLINK = 16;
    private static final short CREATE_AND_ACK = 0x605;
    private static final short IFLA_IFNAME = 3;
    private static final short IFLA_LINKINFO = 18;
    private static final short IFLA_INFO_KIND = 1;
    private static final int HEADER_BYTES = 16;

    private SecondDevice() {}

    /// Makes it in the calling thread's network namespace: whether this kernel has a kind that
    /// serves.
    static boolean create() throws ErrnoException {
        for (String kind : List.of("dummy", "bridge", "ifb", "veth")) {
            if (create(kind) == 0) {
                return true;
            }
        }
        return false;
    }

    private static int create(String kind) throws ErrnoException {
        int type = Sockets.SOCK_RAW | Sockets.SOCK_CLOEXEC;
        long number = Sockets.socket(Sockets.AF_NETLINK, type, NETLINK_ROUTE);
        try (Fd route = Fd.of("socket", "NETLINK_ROUTE", number)) {
            ErrnoException.check("send", NAME, Sockets.send(route.number(), request(kind), 0));
            byte[] answer = new byte[512];
            ErrnoException.check("recv", NAME, Sockets.recv(route.number(), answer, 0));
            return ByteBuffer.wrap(answer).order(ByteOrder.nativeOrder()).getInt(HEADER_BYTES);
        }
    }

    private static byte[] request(String kind) {
        byte[] info = attribute(IFLA_INFO_KIND, kind.getBytes(US_ASCII));
        byte[] name = attribute(IFLA_IFNAME, (NAME + "\0").getBytes(US_ASCII));
        byte[] link = attribute(IFLA_LINKINFO, info);
        ByteBuffer out =
                ByteBuffer.allocate(2 * HEADER_BYTES + name.length + link.length)
                        .order(ByteOrder.nativeOrder());
        out.putInt(out.capacity()).putShort(RTM_NEWLINK).putShort(CREATE_AND_ACK);
        out.position(2 * HEADER_BYTES);
        return out.put(name).put(link).array();
    }

    /// Padded to four bytes, which its length does not count.
    private static byte[] attribute(short type, byte[] value) {
        int length = 4 + value.length;
        ByteBuffer out = ByteBuffer.allocate((length + 3) & ~3).order(ByteOrder.nativeOrder());
        return out.putShort((short) length).putShort(type).put(value).array();
    }
}
