package dev.berth.supervise.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Sockets;
import dev.berth.testkit.Fuzz;
import dev.berth.testkit.LeakCheck;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Arbitrary input to a control socket: it is a frame, which survives being sent on, or an
/// [IOException].
@ExtendWith(LeakCheck.class)
class ControlFrameFuzzTest {
    private static final int MOST_BYTES = 1 << 20;
    private static final int HEADER_BYTES = 4;

    /// One in this many inputs goes through a socket, which takes much longer.
    private static final int SELDOM = 64;

    private int inputs;

    @Test
    void anyBytesAreAFrameOrRejected() throws Exception {
        Fuzz.of(
                        "control frames",
                        List.of(
                                ControlFrame.command(List.of("status")).encode(),
                                ControlFrame.command(List.of("roll", "--", "a b", "")).encode(),
                                new ControlFrame(ControlFrame.Kind.EXIT, "0").encode(),
                                new ControlFrame(ControlFrame.Kind.OUT, "grün €").encode()))
                .check(this::check);
    }

    private void check(byte[] input) throws IOException {
        Optional<ControlFrame> frame = decoded(input);
        if (frame.isPresent()) {
            ControlFrame read = frame.get();
            assertThat(read.words().size()).isLessThanOrEqualTo(input.length);
            assertThat(decoded(read.encode())).isEqualTo(frame);
            if (read.kind() == ControlFrame.Kind.COMMAND && read.text().endsWith("\0")) {
                assertThat(ControlFrame.command(read.words())).isEqualTo(read);
            }
        }
        if (inputs++ % SELDOM == 0) {
            assertThat(received(input)).isEqualTo(frame);
        }
    }

    /// The first frame in these bytes, as [ControlFrame#receive] puts it together.
    private static Optional<ControlFrame> decoded(byte[] input) {
        try {
            if (input.length < HEADER_BYTES) {
                throw new EOFException();
            }
            int bytes = ControlFrame.bodyBytes(Arrays.copyOf(input, HEADER_BYTES));
            if (bytes > MOST_BYTES || input.length < HEADER_BYTES + bytes) {
                throw new EOFException();
            }
            return Optional.of(
                    ControlFrame.decode(
                            Arrays.copyOfRange(input, HEADER_BYTES, HEADER_BYTES + bytes)));
        } catch (IOException notAFrame) {
            return Optional.empty();
        }
    }

    private static Optional<ControlFrame> received(byte[] input) throws IOException {
        int[] ends = new int[2];
        int type = Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC;
        ErrnoException.check("socketpair", "", Sockets.socketpair(Sockets.AF_UNIX, type, 0, ends));
        try (Fd own = new Fd(ends[0])) {
            try (Fd other = new Fd(ends[1])) {
                if (input.length > 0) {
                    Sockets.send(other.number(), input, Sockets.MSG_NOSIGNAL);
                }
            }
            Duration patience = Duration.ofMinutes(2);
            return Optional.of(
                    ControlFrame.receive(own.number(), MOST_BYTES, Optional.of(patience)));
        } catch (IOException notAFrame) {
            return Optional.empty();
        }
    }
}
