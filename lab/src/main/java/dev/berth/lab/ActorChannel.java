package dev.berth.lab;

import dev.berth.sys.Descriptors;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Poll;
import dev.berth.sys.Rights;
import dev.berth.sys.Sockets;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One end of the line between the lab and an actor, which carries whole messages with descriptors.
/// If the other end is closed, its process is gone.
///
/// **Ownership:** owns its socket until [#close()].
final class ActorChannel implements AutoCloseable {
    private static final int MOST_BYTES = 128 * 1024;

    private final Fd socket;
    private final byte[] buffer = new byte[MOST_BYTES];

    ActorChannel(Fd socket) {
        this.socket = socket;
    }

    /// A received message and its descriptors, which the receiver closes.
    record Message(Map<String, List<String>> fields, List<Fd> descriptors) {}

    /// Creates both ends of a new line; the caller closes them.
    static Fd[] pair() throws ErrnoException {
        int[] ends = new int[2];
        int type = Sockets.SOCK_SEQPACKET | Sockets.SOCK_CLOEXEC;
        int result = Sockets.socketpair(Sockets.AF_UNIX, type, 0, ends);
        ErrnoException.check("socketpair", "", result);
        return new Fd[] {new Fd(ends[0]), new Fd(ends[1])};
    }

    /// Sends a message; false if the other end is gone.
    boolean send(Map<String, List<String>> fields, int... descriptors) throws ErrnoException {
        byte[] message = MessageCodec.encode(fields);
        long sent = Rights.sendmsg(socket.number(), message, descriptors, Sockets.MSG_NOSIGNAL);
        if (Errno.EPIPE.is(sent) || Errno.ECONNRESET.is(sent)) {
            return false;
        }
        ErrnoException.check("sendmsg", "an actor", sent);
        return true;
    }

    /// Whether a message, or the end, arrives within the time; −1 waits for ever.
    boolean ready(int millis) throws ErrnoException {
        int events = Poll.poll(socket.number(), Poll.POLLIN, millis);
        return ErrnoException.check("poll", "an actor", events) != 0;
    }

    /// Waits for the next message; empty at the end.
    Optional<Message> receive() throws ErrnoException {
        int[] received = new int[Rights.MOST];
        long length = Rights.recvmsg(socket.number(), buffer, received, 0);
        if (length == 0 || Errno.ECONNRESET.is(length)) {
            return Optional.empty();
        }
        ErrnoException.check("recvmsg", "an actor", length);
        List<Fd> descriptors = new ArrayList<>();
        for (int number : received) {
            if (number >= 0) {
                descriptors.add(new Fd(number));
            }
        }
        return Optional.of(new Message(MessageCodec.decode(buffer, (int) length), descriptors));
    }

    /// Waits until the other end is closed.
    void awaitEnd() {
        int fd = Descriptors.fcntl(socket.number(), Descriptors.F_DUPFD_CLOEXEC, 0);
        if (fd >= 0) {
            try (Fd own = new Fd(fd)) {
                Poll.poll(own.number(), (short) 0, -1);
            }
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
