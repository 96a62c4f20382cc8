package dev.berth.supervise.control;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

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
import java.util.stream.Stream;

/// Arbitrary input to a control socket: it is a frame, which survives being sent on, or an
/// [IOException]. The text of a frame is a request or a result, or refused.
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
                                request("{\"protocol\":2,\"command\":\"stop\"}").encode(),
                                request("roll\0--\0a b\0\0").encode(),
                                new ControlFrame(
                                                ControlFrame.Kind.RESULT,
                                                "{\"kind\":\"done\",\"exit\":0,\"text\":\"é\"}")
                                        .encode(),
                                new ControlFrame(ControlFrame.Kind.EXIT, "0").encode(),
                                new ControlFrame(ControlFrame.Kind.LINE, "grün €").encode()))
                .check(this::check);
    }

    private void check(byte[] input) throws IOException {
        Optional<ControlFrame> frame = decoded(input);
        if (frame.isPresent()) {
            ControlFrame read = frame.get();
            assertThat(decoded(read.encode())).isEqualTo(frame);
            checkRequest(read.text());
            checkResult(read.text());
        }
        if (inputs++ % SELDOM == 0) {
            assertThat(received(input)).isEqualTo(frame);
        }
    }

    private static ControlFrame request(String text) {
        return new ControlFrame(ControlFrame.Kind.REQUEST, text);
    }

    /// A text is a request, which survives being sent on, or refused.
    private static void checkRequest(String text) {
        try {
            ControlRequest request = ControlRequestJson.read(text);
            assertThat(ControlRequestJson.read(ControlRequestJson.write(request)))
                    .isEqualTo(request);
        } catch (CommandRefusedException refused) {
            assertThat(refused).hasMessageMatching("(?s).+");
        }
    }

    private static void checkResult(String text) {
        try {
            ControlResult result = ControlResultJson.read(text);
            String again = ControlResultJson.write(result);
            assertThat(ControlResultJson.read(again)).isEqualTo(result);
        } catch (IOException notAResult) {
            assertThat(notAResult).hasMessageStartingWith("not a result: ");
        }
    }

    @Test
    void anyTextIsARequestOrRefused() throws Exception {
        Fuzz.of(
                        "control requests",
                        Stream.of(
                                        "{\"protocol\":2,\"command\":\"roll\",\"slot\":1,"
                                                + "\"environment\":{\"A\":\"b=\"},"
                                                + "\"new_addresses\":true,\"words\":[\"a\",\"\"]}",
                                        "{\"protocol\":2,\"command\":\"status\",\"json\":true,"
                                                + "\"columns\":80,\"colour\":false}",
                                        "{\"protocol\":2,\"command\":\"steer\","
                                                + "\"policy\":\"weighted:1=5%\"}",
                                        "{\"protocol\":2,\"command\":\"drain\",\"slot\":0}",
                                        "{\"protocol\":2,\"command\":\"shed\",\"on\":true}")
                                .map(text -> text.getBytes(UTF_8))
                                .toList())
                .check(input -> checkRequest(new String(input, UTF_8)));
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
