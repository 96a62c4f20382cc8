package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.berth.cli.command.SelfJvm;
import dev.berth.cli.demo.Whoami;
import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.LeakCheck;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A supervisor with little memory, and clients that send it as much as it accepts.
@ExtendWith(LeakCheck.class)
@Timeout(600)
class HeapPressureTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /// Half the heap that `./berth` gives a supervisor.
    private static final int HEAP_MIB = 32;

    private static final int CLIENTS = 24;
    private static final int LONGEST_FRAME = 4 << 20;
    private static final int USUAL_FRAME = 1 << 16;

    @TempDir Path runtime;

    private final int port = FreePort.tcp();

    @RegisterExtension
    private final BerthProcesses berth = new BerthProcesses(() -> runtime, PATIENCE);

    /// A frame of the given size with a request that has an unknown parameter and is full of
    /// `part`, of which most are read before the mistake.
    private static ByteBuffer flood(String command, String part, int bytes) {
        String head =
                "C{\"protocol\":2,\"command\":\"" + command + "\",\"unknown\":true,\"words\":[";
        ByteBuffer frame = ByteBuffer.allocate(4 + bytes).putInt(bytes);
        frame.put(head.getBytes(US_ASCII));
        byte[] bytesOfPart = part.getBytes(US_ASCII);
        while (frame.remaining() >= bytesOfPart.length) {
            frame.put(bytesOfPart);
        }
        while (frame.hasRemaining()) {
            frame.put((byte) ' ');
        }
        return frame.flip();
    }

    /// Sends the frame, and reads until the supervisor hangs up, which it may do at once.
    private void send(ByteBuffer frame) {
        var address = UnixDomainSocketAddress.of(runtime.resolve("berth/web/control"));
        ByteBuffer answer = ByteBuffer.allocate(1 << 12);
        try (SocketChannel channel = SocketChannel.open(address)) {
            while (frame.hasRemaining()) {
                channel.write(frame);
            }
            while (channel.read(answer.clear()) >= 0) {
                // Any answer is acceptable.
            }
        } catch (IOException hungUp) {
            // No answer is acceptable, too.
        }
    }

    private void flood() throws InterruptedException {
        String longWord = '"' + "x".repeat(LONGEST_FRAME / 50) + "\",";
        List<ByteBuffer> frames =
                List.of(
                        flood("roll", "\"\",", LONGEST_FRAME),
                        flood("status", "\"\",", USUAL_FRAME),
                        flood("roll", longWord, LONGEST_FRAME),
                        flood("roll", "[", LONGEST_FRAME));
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            ByteBuffer frame = frames.get(i % frames.size());
            clients.add(Thread.ofPlatform().start(() -> send(frame.duplicate())));
        }
        for (Thread client : clients) {
            client.join();
        }
    }

    private String ask() throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream()
                    .write("GET / HTTP/1.1\r\nConnection: close\r\n\r\n".getBytes(US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), US_ASCII);
        }
    }

    @Test
    void bigCommandsFromManyClientsDoNotEndTheSupervisor() throws Exception {
        List<String> words = new ArrayList<>(List.of("run", "-n", "1", "--name", "web"));
        words.addAll(List.of("--settle", "100ms", "--"));
        words.addAll(SelfJvm.command(Whoami.class, List.of("-Xmx24m")));
        words.add(Integer.toString(port));
        ChildProcess web = berth.startWithHeap(HEAP_MIB, words.toArray(String[]::new));
        web.awaitLine(line -> line.contains("is ready"), PATIENCE);

        flood();

        assertThat(web.output()).noneMatch(line -> line.contains("OutOfMemoryError"));
        assertThat(ask()).contains("generation 1 ");
        assertThat(berth.done(0, "status", "web")).isNotEmpty();
        assertThat(berth.done(0, "roll", "web")).last().asString().contains("rolled 1 slot");
        assertThat(ask()).contains("generation 2 ");
        berth.done(0, "stop", "web");
        assertThat(web.awaitExit(PATIENCE)).isZero();
    }
}
