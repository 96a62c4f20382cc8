package dev.berth.worker;

import dev.berth.testkit.Fuzz;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;

/// An in-memory kernel with one socket; the test is at its other end.
final class HostileLibc implements SystemCalls {
    private static final int WAKE = 7;
    private static final int LOWEST_FREE = 8;

    private record Sent(byte[] packet, int descriptor) {}

    private final Queue<Sent> sent = new ArrayDeque<>();
    private final Set<Integer> open = new HashSet<>();

    /// Sends a packet, with a descriptor, [SystemCalls#NONE] or [SystemCalls#LOST].
    void send(byte[] packet, int descriptor) {
        sent.add(new Sent(packet, descriptor));
    }

    /// The receiver has ended; packets still queued were never received.
    void forget() {
        sent.clear();
    }

    void requireAllClosed() {
        Fuzz.require(open.isEmpty(), open);
        Fuzz.require(sent.isEmpty(), "not received");
    }

    @Override
    public int recvmsg(int fd, byte[] packet, int[] descriptor, int flags) {
        Sent next = sent.remove();
        System.arraycopy(next.packet(), 0, packet, 0, next.packet().length);
        descriptor[0] = next.descriptor();
        if (next.descriptor() >= 0) {
            Fuzz.require(open.add(next.descriptor()), "open twice: " + next);
        }
        return next.packet().length;
    }

    @Override
    public int poll(int one, int other) {
        return 1;
    }

    @Override
    public int eventfd() {
        return WAKE;
    }

    @Override
    public int eventfdWrite(int fd) {
        return 8;
    }

    @Override
    public int send(int fd, byte[] packet) {
        return packet.length;
    }

    @Override
    public int getpeername(int fd, byte[] address) {
        return 0;
    }

    @Override
    public int getsockopt(int fd, int option) {
        return option == SO_TYPE ? SOCK_SEQPACKET : 0;
    }

    @Override
    public int setsockopt(int fd, int option, byte[] value) {
        return 0;
    }

    @Override
    public int fcntl(int fd, int command, int argument) {
        return command == F_DUPFD_CLOEXEC ? LOWEST_FREE : 0;
    }

    /// Counts only descriptors that were sent. The intake's own thread closes the others.
    @Override
    public int close(int fd) {
        if (fd > LOWEST_FREE) {
            Fuzz.require(open.remove(fd), "closed, and not open: " + fd);
        }
        return 0;
    }

    @Override
    public boolean mayWait() {
        return true;
    }
}
