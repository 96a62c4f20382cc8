package dev.berth.net;

import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Sockets;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/// Lists everything of one kind that a netlink family has, in the network namespace of the calling
/// thread.
///
/// **Shape:** a message: nlmsghdr (16: length u32, type u16, flags u16, sequence u32, port u32) and
/// its body; an attribute: length u16, type u16, value, padded to four bytes.
///
/// **Source:** netlink(7), rtnetlink(7)
public final class NetlinkDump {
    /// rtnetlink: devices, rules, queueing disciplines.
    public static final int ROUTE = 0;

    /// nfnetlink: nf_tables.
    public static final int NETFILTER = 12;

    private static final short REQUEST_AND_DUMP = 0x301;
    private static final short NLMSG_ERROR = 2;
    private static final short NLMSG_DONE = 3;
    private static final int HEADER_BYTES = 16;
    private static final int ATTRIBUTE_BYTES = 4;
    private static final int TYPE_BITS = 0x3fff;
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int TIMEOUT_SECONDS = 5;

    private NetlinkDump() {}

    /// Passes the body of each message to `each`, in the machine's byte order; it is valid only
    /// during that call.
    ///
    /// @param family [#ROUTE] or [#NETFILTER]
    /// @param type of the request
    /// @param body of the request: the header of that family, mostly zeros
    /// @throws ErrnoException the kernel's error: `EPERM` without the right to ask;
    ///   `EPROTONOSUPPORT`, `EINVAL` or `EOPNOTSUPP` if the kernel has nothing of the kind
    public static void read(int family, int type, byte[] body, Consumer<ByteBuffer> each)
            throws ErrnoException {
        int kind = Sockets.SOCK_RAW | Sockets.SOCK_CLOEXEC;
        try (Fd socket =
                Fd.of("socket", "netlink", Sockets.socket(Sockets.AF_NETLINK, kind, family))) {
            ByteBuffer patience = ByteBuffer.allocate(16).order(ByteOrder.nativeOrder());
            patience.putLong(TIMEOUT_SECONDS).putLong(0);
            Sockets.setsockopt(
                    socket.number(), Sockets.SOL_SOCKET, Sockets.SO_RCVTIMEO, patience.array());
            byte[] request = request(type, body);
            ErrnoException.check("send", "netlink", Sockets.send(socket.number(), request, 0));
            byte[] buffer = new byte[BUFFER_BYTES];
            boolean more = true;
            while (more) {
                long length = Sockets.recv(socket.number(), buffer, 0);
                ErrnoException.check("recv", "netlink", length);
                ByteBuffer in = ByteBuffer.wrap(buffer, 0, (int) length).slice();
                more = messages(in.order(ByteOrder.nativeOrder()), each);
            }
        }
    }

    private static byte[] request(int type, byte[] body) {
        ByteBuffer out =
                ByteBuffer.allocate(HEADER_BYTES + body.length).order(ByteOrder.nativeOrder());
        out.putInt(out.capacity()).putShort((short) type).putShort(REQUEST_AND_DUMP);
        return out.putInt(1).putInt(0).put(body).array();
    }

    /// Whether more messages follow.
    static boolean messages(ByteBuffer in, Consumer<ByteBuffer> each) throws ErrnoException {
        while (in.remaining() >= HEADER_BYTES) {
            int start = in.position();
            int length = in.getInt(start);
            short type = in.getShort(start + 4);
            if (length < HEADER_BYTES || length > in.remaining() || type == NLMSG_DONE) {
                return false;
            }
            if (type == NLMSG_ERROR) {
                int error = length >= HEADER_BYTES + 4 ? in.getInt(start + HEADER_BYTES) : 0;
                ErrnoException.check("netlink dump", "netlink", error);
                return false;
            }
            ByteBuffer body = in.slice(start + HEADER_BYTES, length - HEADER_BYTES);
            each.accept(body.order(ByteOrder.nativeOrder()));
            in.position(Math.min(in.limit(), start + (length + 3 & ~3)));
        }
        return true;
    }

    /// The attributes that follow the first `skip` bytes, by type; if a type occurs several times,
    /// the last.
    public static Map<Integer, ByteBuffer> attributes(ByteBuffer body, int skip) {
        Map<Integer, ByteBuffer> found = new HashMap<>();
        each(body, skip, (type, value) -> found.put(type, value));
        return found;
    }

    /// Handles an attribute.
    @FunctionalInterface
    public interface Attribute {
        /// Handles one attribute.
        void take(int type, ByteBuffer value);
    }

    /// Passes each attribute that follows the first `skip` bytes to `taker`.
    public static void each(ByteBuffer body, int skip, Attribute taker) {
        int at = skip;
        while (at + ATTRIBUTE_BYTES <= body.limit()) {
            int length = body.getShort(at) & 0xffff;
            if (length < ATTRIBUTE_BYTES || at + length > body.limit()) {
                return;
            }
            ByteBuffer value = body.slice(at + ATTRIBUTE_BYTES, length - ATTRIBUTE_BYTES);
            taker.take(body.getShort(at + 2) & TYPE_BITS, value.order(ByteOrder.nativeOrder()));
            at += length + 3 & ~3;
        }
    }

    /// The text without its terminating zero byte; empty if there is no such attribute.
    public static String text(Map<Integer, ByteBuffer> attributes, int type) {
        ByteBuffer value = attributes.get(type);
        if (value == null) {
            return "";
        }
        byte[] bytes = new byte[value.limit()];
        value.get(0, bytes);
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] == 0) {
            end--;
        }
        return new String(bytes, 0, end, java.nio.charset.StandardCharsets.UTF_8);
    }

    /// A four-byte number in network order, as nf_tables writes them; `otherwise` if there is none.
    public static int number(Map<Integer, ByteBuffer> attributes, int type, int otherwise) {
        ByteBuffer value = attributes.get(type);
        return value == null || value.limit() < Integer.BYTES
                ? otherwise
                : value.duplicate().order(ByteOrder.BIG_ENDIAN).getInt(0);
    }
}
