package dev.berth.worker;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/// The worker's end of the dispatcher's socket: sends and receives packets.
///
/// **Ownership:** owns the descriptor.
final class DispatcherSocket {
    /// How long [#receive] waits if told to.
    private static final long PATIENCE_MICROS = 20_000;

    private final SystemCalls calls;
    private final int fd;

    /// Read-locked by every user of the descriptor.
    private final ReadWriteLock use = new ReentrantReadWriteLock();

    private boolean open = true;

    /// @param fd closed only by [#close()]
    ///
    /// @throws IOException if it is not a socket of the dispatcher's kind
    DispatcherSocket(SystemCalls calls, int fd) throws IOException {
        int type = calls.getsockopt(fd, SystemCalls.SO_TYPE);
        if (type != SystemCalls.SOCK_SEQPACKET) {
            throw new IOException(
                    "descriptor "
                            + fd
                            + " is not the dispatcher's socket; only the process that the"
                            + " dispatcher started has it (also after exec), not that process's"
                            + " children");
        }
        calls.fcntl(fd, SystemCalls.F_SETFD, SystemCalls.FD_CLOEXEC);
        calls.fcntl(
                fd,
                SystemCalls.F_SETFL,
                calls.fcntl(fd, SystemCalls.F_GETFL, 0) & ~SystemCalls.O_NONBLOCK);
        calls.setsockopt(fd, SystemCalls.SO_RCVTIMEO, timeval(PATIENCE_MICROS));
        this.calls = calls;
        this.fd = fd;
    }

    private static byte[] timeval(long micros) {
        ByteBuffer bytes = ByteBuffer.allocate(2 * Long.BYTES).order(ByteOrder.nativeOrder());
        return bytes.putLong(0).putLong(micros).array();
    }

    SystemCalls calls() {
        return calls;
    }

    /// A packet, and the descriptor that came with it, or [SystemCalls#NONE] or [SystemCalls#LOST].
    record Arrival(String text, int descriptor) {
        boolean isEnd() {
            return text.isEmpty() && descriptor == SystemCalls.NONE;
        }
    }

    /// The next packet, if there is one; after the last packet, [Arrival#isEnd()].
    ///
    /// @param wait whether to wait 20 ms for one
    ///
    /// @throws IOException if the call fails, for example because the kernel has no memory
    Optional<Arrival> receive(boolean wait) throws IOException {
        use.readLock().lock();
        try {
            return open ? received(wait ? 0 : SystemCalls.MSG_DONTWAIT) : Optional.empty();
        } finally {
            use.readLock().unlock();
        }
    }

    private Optional<Arrival> received(int flags) throws IOException {
        byte[] packet = new byte[Packet.MAX_BYTES];
        int[] descriptor = new int[1];
        int count;
        do {
            count = calls.recvmsg(fd, packet, descriptor, flags);
            // A dispatcher that was killed causes ECONNRESET once, before the last packets.
        } while (count == -SystemCalls.EINTR || count == -SystemCalls.ECONNRESET);
        if (count == -SystemCalls.EAGAIN) {
            return Optional.empty();
        }
        if (count < 0) {
            throw new IOException("cannot receive connections: recvmsg: errno " + -count);
        }
        return Optional.of(new Arrival(new String(packet, 0, count, US_ASCII), descriptor[0]));
    }

    /// Waits until there is something to receive, or to read from `wake`; may return early. Do not
    /// call after [#close()].
    void poll(int wake) {
        calls.poll(fd, wake);
    }

    /// Sends a message. If the dispatcher is gone, [#receive] reports it, not this method.
    void send(String text) {
        byte[] packet = text.getBytes(US_ASCII);
        use.readLock().lock();
        try {
            while (open && calls.send(fd, packet) == -SystemCalls.EINTR) {
                // Interrupted before anything was sent.
            }
        } finally {
            use.readLock().unlock();
        }
    }

    /// The lowest free descriptor number of this process, or −errno; found by opening a descriptor
    /// briefly. Do not call after [#close()].
    int lowestFree() {
        int copy = calls.fcntl(fd, SystemCalls.F_DUPFD_CLOEXEC, 0);
        if (copy >= 0) {
            calls.close(copy);
        }
        return copy;
    }

    /// Waits for threads that are receiving. Do not call while another thread polls.
    void close() {
        use.writeLock().lock();
        try {
            if (open) {
                open = false;
                calls.close(fd);
            }
        } finally {
            use.writeLock().unlock();
        }
    }
}
