package dev.berth.lab;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Poll;
import dev.berth.sys.SockAddr;
import dev.berth.sys.SocketOption;
import dev.berth.sys.Sockets;

/// Calls on non-blocking sockets, each with a time limit. The results are those of the system
/// calls: a value, or −errno; `EAGAIN` when the time is up.
final class SocketIo {
    private static final int CONNECT_MILLIS = 5000;
    private static final int ACCEPT = Sockets.SOCK_CLOEXEC | Sockets.SOCK_NONBLOCK;
    private static final int MOST_BYTES = 64 * 1024;

    /// `struct linger` on, 0 s: close resets. (Little-endian, as both architectures are.)
    private static final byte[] LINGER_RESET = {1, 0, 0, 0, 0, 0, 0, 0};

    private SocketIo() {}

    static long connect(int fd, SockAddr.Inet address) {
        long result = Sockets.connect(fd, address);
        if (!Errno.EINPROGRESS.is(result)) {
            return result;
        }
        if (Poll.poll(fd, Poll.POLLOUT, CONNECT_MILLIS) == 0) {
            return -Errno.ETIMEDOUT.number();
        }
        return -pendingError(fd);
    }

    /// The pending error of the socket, 0 if there is none.
    static long pendingError(int fd) {
        try {
            return SocketOption.ERROR.read(fd);
        } catch (ErrnoException unreadable) {
            return unreadable.errno();
        }
    }

    /// Accepts a connection and returns its descriptor.
    static long accept(int listener, int withinMillis) {
        long result = Sockets.accept4(listener, ACCEPT);
        if (Errno.EAGAIN.is(result) && Poll.poll(listener, Poll.POLLIN, withinMillis) > 0) {
            return Sockets.accept4(listener, ACCEPT);
        }
        return result;
    }

    static StepResult send(int fd, Op.Send op) {
        byte[] message = op.text().getBytes(UTF_8);
        return StepResult.of(
                op.to().isPresent()
                        ? Sockets.sendto(fd, message, Sockets.MSG_NOSIGNAL, op.to().get())
                        : Sockets.send(fd, message, Sockets.MSG_NOSIGNAL));
    }

    static long send(int fd, String text) {
        return Sockets.send(fd, text.getBytes(UTF_8), Sockets.MSG_NOSIGNAL);
    }

    /// The received text; `EOF` at the end of a connection; or the name of an errno.
    static String receive(int fd, int withinMillis) {
        byte[] buffer = new byte[MOST_BYTES];
        long length = Sockets.recv(fd, buffer, 0);
        if (Errno.EAGAIN.is(length) && Poll.poll(fd, Poll.POLLIN, withinMillis) > 0) {
            length = Sockets.recv(fd, buffer, 0);
        }
        if (length < 0) {
            return Errno.of((int) -length).name();
        }
        return length == 0 ? "EOF" : new String(buffer, 0, (int) length, UTF_8);
    }

    static void resetOnClose(int fd) {
        Sockets.setsockopt(fd, Sockets.SOL_SOCKET, Sockets.SO_LINGER, LINGER_RESET);
    }

    /// Accepts and closes everything that waits: figures `accepted`, and `data`: how many had sent
    /// something.
    static StepResult drain(int listener) {
        int accepted = 0;
        int data = 0;
        long result = Sockets.accept4(listener, ACCEPT);
        while (result >= 0) {
            accepted++;
            try (Fd connection = new Fd((int) result)) {
                byte[] one = new byte[1];
                if (Sockets.recv(connection.number(), one, Sockets.MSG_PEEK) > 0) {
                    data++;
                }
                resetOnClose(connection.number());
            }
            result = Sockets.accept4(listener, ACCEPT);
        }
        StepResult answer = Errno.EAGAIN.is(result) ? StepResult.ok() : StepResult.of(result);
        return answer.with("accepted", accepted).with("data", data);
    }
}
