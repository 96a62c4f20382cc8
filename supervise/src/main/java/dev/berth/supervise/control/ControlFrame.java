package dev.berth.supervise.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Sockets;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/// A message on the control socket, a Unix stream socket.
///
/// A conversation is one `REQUEST` from the client; then from the server one `ACCEPTED`, any number
/// of lines as they arise, possibly `DATA`, and one `RESULT`. A server that refuses a request sends
/// `REFUSED` and `EXIT` instead. A peer that breaks this is disconnected.
///
/// @param text a JSON object, except of `LINE` and `REFUSED`: a text for users; of `EXIT`: a decimal
///   number; of `ALIVE`: nothing
///
/// **Shape:**
///
///      0       4      5
///     +-------+------+----------------------+
///     | bytes | kind | text, UTF-8          |   bytes: big endian, of kind and text together
///     +-------+------+----------------------+
record ControlFrame(Kind kind, String text) {
    /// More than the kernel allows for a command line.
    static final int MOST_BYTES = 4 << 20;

    /// Of a request. Limits memory: each word takes far more memory than its bytes.
    static final int MOST_WORDS = 1 << 16;

    /// How much is read at a time.
    private static final int PART_BYTES = 1 << 16;

    /// Limits the bytes of a frame, once its beginning has arrived.
    interface Limit {
        /// Checks the size of a frame.
        ///
        /// @param bytes the size that the frame announces
        /// @param beginning its first bytes, starting with the kind
        /// @param received how many of them have been received; the others are zero
        /// @throws IOException a frame of this size is not accepted now, or never
        void check(int bytes, byte[] beginning, int received) throws IOException;

        /// Accepts any frame of up to `most` bytes.
        static Limit of(int most) {
            return (bytes, _, _) -> {
                if (bytes > most) {
                    throw tooLong(bytes);
                }
            };
        }
    }

    static IOException tooLong(int bytes) {
        return new IOException("not a control frame: bytes=" + Integer.toUnsignedString(bytes));
    }

    private static final int HEADER_BYTES = 4;

    /// What the text is; the letter is sent.
    enum Kind {
        /// See [ControlRequestJson]. In protocol 1: words.
        REQUEST('C'),
        /// The supervisor carries the request out, from now on even if the client exits.
        ACCEPTED('V'),
        /// The same in protocol 1.
        ALIVE('A'),
        LINE('O'),
        DATA('D'),
        /// See [ControlResultJson].
        RESULT('R'),
        REFUSED('E'),
        EXIT('X');

        private final byte letter;

        Kind(char letter) {
            this.letter = (byte) letter;
        }

        static Optional<Kind> of(byte letter) {
            for (Kind kind : values()) {
                if (kind.letter == letter) {
                    return Optional.of(kind);
                }
            }
            return Optional.empty();
        }
    }

    static ControlFrame request(ControlRequest request) {
        return new ControlFrame(Kind.REQUEST, ControlRequestJson.write(request));
    }

    /// How many bytes follow the header.
    int bytes() {
        return 1 + text.getBytes(UTF_8).length;
    }

    byte[] encode() {
        byte[] bytes = text.getBytes(UTF_8);
        return ByteBuffer.allocate(HEADER_BYTES + 1 + bytes.length)
                .putInt(1 + bytes.length)
                .put(kind.letter)
                .put(bytes)
                .array();
    }

    /// Sends the whole frame. The socket's send timeout applies to each part.
    void send(int fd) throws IOException {
        byte[] all = encode();
        for (int start = 0; start < all.length; ) {
            byte[] part = Arrays.copyOfRange(all, start, Math.min(all.length, start + PART_BYTES));
            long sent = Sockets.send(fd, part, Sockets.MSG_NOSIGNAL);
            if (Errno.EAGAIN.is(sent)) {
                throw new SocketTimeoutException("the peer does not read");
            }
            ErrnoException.check("send", "control socket", sent);
            start += (int) sent;
        }
    }

    /// Receives one frame of at most `mostBytes` bytes.
    static ControlFrame receive(int fd, int mostBytes, Optional<Duration> patience)
            throws IOException {
        return receive(fd, Limit.of(mostBytes), patience);
    }

    /// Receives one frame.
    ///
    /// @param limit of its bytes
    /// @param patience for the whole frame; empty: forever
    /// @throws EOFException the peer hung up
    /// @throws SocketTimeoutException it took too long
    /// @throws IOException it is not a frame, or is too long
    static ControlFrame receive(int fd, Limit limit, Optional<Duration> patience)
            throws IOException {
        long end = patience.map(time -> System.nanoTime() + time.toNanos()).orElse(0L);
        Receiver receiver = new Receiver(fd, patience.isPresent(), end);
        int bytes = bodyBytes(receiver.receive(HEADER_BYTES, Limit.of(HEADER_BYTES)));
        return decode(receiver.receive(bytes, limit));
    }

    /// How many bytes follow the header.
    ///
    /// @throws IOException it is not the header of a frame
    static int bodyBytes(byte[] header) throws IOException {
        int bytes = ByteBuffer.wrap(header).getInt();
        if (bytes < 1) {
            throw tooLong(bytes);
        }
        return bytes;
    }

    /// Decodes a frame from its kind and text.
    ///
    /// @throws IOException there is no such kind
    static ControlFrame decode(byte[] body) throws IOException {
        Kind kind =
                Kind.of(body[0])
                        .orElseThrow(() -> new IOException("not a control frame: kind=" + body[0]));
        return new ControlFrame(kind, new String(body, 1, body.length - 1, UTF_8));
    }

    /// Receives a frame within its time.
    private record Receiver(int fd, boolean hurry, long end) {
        /// The buffer grows with what arrives: an announced size alone takes no memory.
        byte[] receive(int count, Limit limit) throws IOException {
            byte[] all = new byte[Math.min(count, PART_BYTES)];
            int length = 0;
            while (length < count) {
                if (length == all.length) {
                    all = Arrays.copyOf(all, (int) Math.min(count, 2L * all.length));
                }
                byte[] part = new byte[Math.min(all.length - length, PART_BYTES)];
                int got = receive(part);
                System.arraycopy(part, 0, all, length, got);
                length += got;
                limit.check(count, all, length);
            }
            return all;
        }

        private int receive(byte[] part) throws IOException {
            timeout(fd, Sockets.SO_RCVTIMEO, hurry ? Math.max(1, end - System.nanoTime()) : 0);
            long got = Sockets.recv(fd, part, 0);
            if (Errno.EAGAIN.is(got) || (hurry && System.nanoTime() - end > 0)) {
                throw new SocketTimeoutException("the peer does not send");
            }
            if (ErrnoException.check("recv", "control socket", got) == 0) {
                throw new EOFException("the peer hung up");
            }
            return (int) got;
        }
    }

    /// Sets `SO_RCVTIMEO` or `SO_SNDTIMEO`; 0: none.
    static void timeout(int fd, int option, long nanos) throws ErrnoException {
        long micros = nanos == 0 ? 0 : Math.max(1, nanos / 1000);
        byte[] timeval =
                ByteBuffer.allocate(16)
                        .order(ByteOrder.nativeOrder())
                        .putLong(micros / 1_000_000)
                        .putLong(micros % 1_000_000)
                        .array();
        ErrnoException.check(
                "setsockopt",
                "timeout of the control socket",
                Sockets.setsockopt(fd, Sockets.SOL_SOCKET, option, timeval));
    }
}
