package dev.berth.net;

import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Processes;
import dev.berth.sys.Sockets;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Network namespaces: a place where every port is free and no packet leaves.
public final class Namespaces {
    private static final int CLONE_NEWNET = 0x40000000;
    private static final int NETLINK_ROUTE = 0;
    private static final int RTM_NEWLINK = 16;
    private static final int REQUEST_AND_ACK = 0x5;
    private static final int IFF_UP = 1;

    /// A namespace's first device, always.
    private static final int LOOPBACK_INDEX = 1;

    private static final int HEADER_BYTES = 16;

    private Namespaces() {}

    /// Moves the calling thread into a fresh network namespace whose only device, `lo`, is up.
    ///
    /// Only this thread moves, with the sockets and processes that it makes from now on; it cannot
    /// go back, so give it a platform thread that ends. The namespace ends with the last thread,
    /// process or socket in it.
    ///
    /// @throws ErrnoException `EPERM` without `CAP_SYS_ADMIN`
    public static void enterFresh() throws ErrnoException {
        ErrnoException.check("unshare", "CLONE_NEWNET", Processes.unshare(CLONE_NEWNET));
        raiseLoopback();
    }

    private static void raiseLoopback() throws ErrnoException {
        int type = Sockets.SOCK_RAW | Sockets.SOCK_CLOEXEC;
        long number = Sockets.socket(Sockets.AF_NETLINK, type, NETLINK_ROUTE);
        try (Fd route = Fd.of("socket", "NETLINK_ROUTE", number)) {
            byte[] request = setUp();
            check("send", Sockets.send(route.number(), request, 0));
            byte[] answer = new byte[256];
            check("recv", Sockets.recv(route.number(), answer, 0));
            int error = ByteBuffer.wrap(answer).order(ByteOrder.nativeOrder()).getInt(HEADER_BYTES);
            check("RTM_NEWLINK", error);
        }
    }

    private static void check(String call, long result) throws ErrnoException {
        ErrnoException.check(call, "lo", result);
    }

    /// nlmsghdr (16) and ifinfomsg (16: family u8, pad u8, type u16, index, flags, change).
    private static byte[] setUp() {
        ByteBuffer out = ByteBuffer.allocate(32).order(ByteOrder.nativeOrder());
        out.putInt(out.capacity()).putShort((short) RTM_NEWLINK);
        out.putShort((short) REQUEST_AND_ACK).putInt(1).putInt(0);
        out.putInt(0).putInt(LOOPBACK_INDEX).putInt(IFF_UP).putInt(IFF_UP);
        return out.array();
    }
}
