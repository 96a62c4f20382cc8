package dev.berth.supervise.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Request;
import dev.berth.sys.Fd;
import dev.berth.sys.Sockets;
import dev.berth.testkit.LeakCheck;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// Clients and supervisors with different versions of the control protocol.
@ExtendWith(LeakCheck.class)
@Timeout(600)
class ControlVersionTest {
    private static final long SECOND = 1_000_000_000;

    private static final ControlRequest STATUS = ControlRequest.ShowStatus.data();

    @TempDir Path runtime;

    private final AtomicInteger handled = new AtomicInteger();
    private final AtomicInteger accepted = new AtomicInteger();

    private final ControlServer.Handler handler =
            (client, request, answer) -> {
                handled.incrementAndGet();
                return new ControlResult(ControlResult.Kind.DONE, 0, "");
            };

    private final ControlClient.Caller caller =
            new ControlClient.Caller() {
                @Override
                public void accepted() {
                    accepted.incrementAndGet();
                }

                @Override
                public void line(String line) {}

                @Override
                public void data(String json) {}
            };

    private Path socket() {
        return runtime.resolve("web").resolve(RuntimeDirectory.CONTROL);
    }

    /// What the server answers to these bytes, a line for each frame.
    private String answer(byte[] bytes) throws IOException {
        try (var server = ControlServer.open(socket(), handler);
                Fd client = UnixSocketPath.connect(socket(), SECOND)) {
            assertThat(server).isNotNull();
            for (int sent = 0; sent >= 0 && sent < bytes.length; ) {
                byte[] rest = Arrays.copyOfRange(bytes, sent, bytes.length);
                long now = Sockets.send(client.number(), rest, Sockets.MSG_NOSIGNAL);
                sent = now < 0 ? -1 : sent + (int) now;
            }
            return Frames.all(client);
        }
    }

    /// A frame as a client of protocol 1 sends it.
    private static byte[] words(String text) {
        byte[] words = text.getBytes(UTF_8);
        return ByteBuffer.allocate(5 + words.length)
                .putInt(1 + words.length)
                .put((byte) 'C')
                .put(words)
                .array();
    }

    /// A client of protocol 1 prints what follows `E`, and exits with what follows `X`.
    @ParameterizedTest
    @ValueSource(ints = {0, 100_000, 3_000_000})
    void aClientOfProtocol1IsToldWhatToDo(int more) throws IOException {
        assertThat(answer(words("roll\0--\0serve\0" + "x".repeat(more) + "\0")))
                .matches(
                        "Eberth: this supervisor \\(pid [0-9]+\\) speaks control protocol 2, your"
                                + " berth speaks 1: nothing was done; use a newer berth\nX1");
        assertThat(handled).hasValue(0);
    }

    @Test
    void aClientOfALaterProtocolIsToldWhatToDo() throws IOException {
        assertThat(answer(words("{\"protocol\":3,\"command\":\"stop\",\"x\":[{}]}")))
                .matches(
                        "Eberth: this supervisor \\(pid [0-9]+\\) speaks control protocol 2, your"
                                + " berth speaks 3: nothing was done; use the berth that started"
                                + " it\nX1");
        assertThat(handled).hasValue(0);
    }

    /// Answers one client with these frames, each a letter and a text, once it has read a frame.
    private Thread supervisor(ServerSocketChannel listener, String... frames) {
        return Thread.ofPlatform()
                .start(
                        () -> {
                            try (SocketChannel client = listener.accept()) {
                                var in = new DataInputStream(Channels.newInputStream(client));
                                var out = new DataOutputStream(Channels.newOutputStream(client));
                                if (frames.length > 0) {
                                    in.skipNBytes(in.readInt());
                                }
                                for (String frame : frames) {
                                    byte[] bytes = frame.getBytes(UTF_8);
                                    out.writeInt(bytes.length);
                                    out.write(bytes);
                                }
                            } catch (IOException gone) {
                                // The client has what it needs.
                            }
                        });
    }

    private ControlResult call(ControlRequest request, String... frames) throws Exception {
        Files.createDirectories(socket().getParent());
        try (var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(socket()));
            Thread supervisor = supervisor(listener, frames);
            try {
                return ControlClient.call(socket(), request, caller);
            } finally {
                supervisor.join();
            }
        }
    }

    /// It sees a command without words.
    @Test
    void aSupervisorOfProtocol1IsReportedAsSuch() {
        assertThatThrownBy(
                        () ->
                                call(
                                        STATUS,
                                        "A",
                                        "Eberth: this supervisor (berth 0.1.0-SNAPSHOT) does not"
                                                + " know the command: ",
                                        "X2"))
                .isInstanceOfSatisfying(
                        ProtocolMismatchException.class,
                        other ->
                                assertThat(other.pid())
                                        .isEqualTo((int) ProcessHandle.current().pid()))
                .hasMessage("it speaks control protocol 1, this berth speaks 2");
        assertThat(accepted).hasValue(0);
    }

    @Test
    void aSupervisorOfALaterProtocolIsReportedAsSuch() {
        assertThatThrownBy(() -> call(STATUS, "V{\"protocol\":3,\"more\":[]}"))
                .isInstanceOf(ProtocolMismatchException.class)
                .hasMessage("it speaks control protocol 3, this berth speaks 2");
        assertThat(accepted).hasValue(0);
    }

    @Test
    void aRefusalOfAnyVersionIsUnderstood() throws Exception {
        assertThat(call(STATUS, "Eberth: busy with 32 other commands; try again later", "X1"))
                .isEqualTo(
                        new ControlResult(
                                ControlResult.Kind.REFUSED,
                                1,
                                "busy with 32 other commands; try again later"));
    }

    /// As a supervisor of protocol 1 does with a long request, of which it reads a part.
    @Test
    void aSupervisorThatHangsUpIsAnError() {
        var words = Optional.of(new Command(List.of("serve", "x".repeat(500_000))));
        ControlRequest roll = new ControlRequest.Change(new Request.Roll(words));
        assertThatThrownBy(() -> call(roll)).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "V{}",
                "V",
                "V[2]",
                "V{\"protocol\":\"2\"}",
                "R{}",
                "R",
                "Rx",
                "R{\"exit\":\"1\"}",
                "C{}",
                "Z",
                "Xx"
            })
    void otherAnswersAreErrors(String frame) {
        assertThatThrownBy(() -> call(STATUS, frame)).isInstanceOf(IOException.class);
    }
}
