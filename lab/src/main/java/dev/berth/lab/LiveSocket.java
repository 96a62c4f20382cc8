package dev.berth.lab;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.berth.inspect.RuleSocket;
import dev.berth.net.Protocol;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.SockAddr;
import dev.berth.sys.SocketOption;
import dev.berth.sys.Sockets;

import java.util.Optional;

/// Creates a socket on the kernel from a socket of the rules.
final class LiveSocket {
    private static final int BACKLOG = 64;

    private LiveSocket() {}

    /// Opens a socket bound at `port`, and listening if it is TCP; empty if the port is taken. The
    /// caller closes it.
    ///
    /// @param device by name; empty for none
    static Optional<Fd> open(Protocol protocol, RuleSocket wanted, String device, int port)
            throws ErrnoException {
        int type = protocol.socketType() | Sockets.SOCK_CLOEXEC;
        SockAddr.Inet address = wanted.address().withPort(port);
        Fd socket =
                Fd.of("socket", address, Sockets.socket(address.family(), type, protocol.number()));
        try {
            prepare(socket.number(), wanted, device);
            int bound = Sockets.bind(socket.number(), address);
            boolean free = !Errno.EADDRINUSE.is(bound);
            if (!free) {
                socket.close();
                return Optional.empty();
            }
            ErrnoException.check("bind", address, bound);
            if (protocol == Protocol.TCP) {
                ErrnoException.check("listen", address, Sockets.listen(socket.number(), BACKLOG));
            }
            return Optional.of(socket);
        } catch (ErrnoException failed) {
            socket.close();
            throw failed;
        }
    }

    private static void prepare(int fd, RuleSocket wanted, String device) throws ErrnoException {
        SocketOption.REUSEADDR.write(fd, wanted.reuseaddr() ? 1 : 0);
        SocketOption.REUSEPORT.write(fd, wanted.reuseport() ? 1 : 0);
        if (wanted.address() instanceof SockAddr.Inet6 six) {
            boolean only = wanted.v6only() && six.wildcard();
            SocketOption.V6ONLY.write(fd, only ? 1 : 0);
        }
        if (!device.isEmpty()) {
            byte[] name = (device + "\0").getBytes(US_ASCII);
            int set = Sockets.setsockopt(fd, Sockets.SOL_SOCKET, Sockets.SO_BINDTODEVICE, name);
            ErrnoException.check("SO_BINDTODEVICE", device, set);
        }
    }
}
