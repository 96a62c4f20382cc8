package dev.berth.worker;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;

/// This end of the socket that the dispatcher made: packets out and in.
///
/// **ownership**: has the descriptor, and closes it.
final class Link {
    private final Libc libc;
    private final int fd;
    private boolean open = true;

    /// - `fd`: closed by [#close()] only
    ///
    /// @throws IOException if it is no socket of the dispatcher's kind
    Link(Libc libc, int fd) throws IOException {
        int type = libc.getsockopt(fd, Libc.SO_TYPE);
        if (type != Libc.SOCK_SEQPACKET) {
            throw new IOException(
                    "descriptor "
                            + fd
                            + " is not the dispatcher's socket; only the process that the"
                            + " dispatcher started has it, or what that process was replaced by"
                            + " (exec), not its children");
        }
        libc.fcntl(fd, Libc.F_SETFD, Libc.FD_CLOEXEC);
        libc.fcntl(fd, Libc.F_SETFL, libc.fcntl(fd, Libc.F_GETFL, 0) & ~Libc.O_NONBLOCK);
        this.libc = libc;
        this.fd = fd;
    }

    Libc libc() {
        return libc;
    }

    /// A packet, and the descriptor that came with it, [Libc#NONE] or [Libc#LOST].
    record Arrival(String text, int descriptor) {
        boolean isEnd() {
            return text.isEmpty() && descriptor == Libc.NONE;
        }
    }

    /// Waits for the next packet; after the last one, [Arrival#isEnd()]. One thread only.
    ///
    /// @throws IOException if the kernel has no memory for it, or the like
    Arrival receive() throws IOException {
        byte[] packet = new byte[Packet.MAX_BYTES];
        int[] descriptor = {Libc.NONE};
        int count;
        do {
            count = libc.recvmsg(fd, packet, descriptor);
            // ECONNRESET comes once, before the last packets, from a dispatcher that was killed.
        } while (count == -Libc.EINTR || count == -Libc.ECONNRESET);
        if (count < 0) {
            throw new IOException("cannot receive connections: recvmsg: errno " + -count);
        }
        return new Arrival(new String(packet, 0, count, US_ASCII), descriptor[0]);
    }

    /// Says something; that the dispatcher is gone shows in [#receive()], not here.
    synchronized void send(String text) {
        byte[] packet = text.getBytes(US_ASCII);
        while (open && libc.send(fd, packet) == -Libc.EINTR) {
            // Nothing was sent.
        }
    }

    /// The lowest number that no descriptor of this process has, or −errno; found by having one for
    /// a moment. Not after [#close()].
    int lowestFree() {
        int copy = libc.fcntl(fd, Libc.F_DUPFD_CLOEXEC, 0);
        if (copy >= 0) {
            libc.close(copy);
        }
        return copy;
    }

    /// Lets [#receive()] come to its end.
    synchronized void shutdown() {
        if (open) {
            libc.shutdown(fd, Libc.SHUT_RDWR);
        }
    }

    /// Not while another thread receives.
    synchronized void close() {
        if (open) {
            open = false;
            libc.close(fd);
        }
    }
}
