package dev.berth.supervise.steering;

import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.SocketOption;
import dev.berth.sys.Sockets;

/// Whether the kernel finds a listener when it looks one up for a client. A hidden listener keeps
/// its queue, its handshakes and its accepted connections; new clients get the next listener that
/// covers their address.
///
/// It is hidden by SO_BINDTOIFINDEX: it is bound to an interface number that does not exist, so no
/// packet arrives there. A socket that begins to listen meanwhile is in another kernel group than
/// the hidden ones, so a listener is shown again only when it is about to be served.
///
/// **Since:** Linux 5.7 without a privilege; showing it again needs CAP_NET_RAW.
final class ListenerVisibility {
    private static final int NOWHERE = Integer.MAX_VALUE;

    private ListenerVisibility() {}

    /// Whether this process can show a listener again that it has hidden.
    static boolean canShow() {
        int type = Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC;
        try (Fd probe = Fd.of("socket", "", Sockets.socket(Sockets.AF_INET, type, 0))) {
            SocketOption.BINDTOIFINDEX.write(probe.number(), NOWHERE);
            SocketOption.BINDTOIFINDEX.write(probe.number(), 0);
            return true;
        } catch (ErrnoException refused) {
            return false;
        }
    }

    static void hide(HeldSocket socket) throws ErrnoException {
        if (!socket.hidden()) {
            SocketOption.BINDTOIFINDEX.write(socket.fd().number(), NOWHERE);
            socket.setHidden(true);
        }
    }

    static void show(HeldSocket socket) throws ErrnoException {
        if (socket.hidden()) {
            SocketOption.BINDTOIFINDEX.write(socket.fd().number(), socket.key().device());
            socket.setHidden(false);
        }
    }
}
