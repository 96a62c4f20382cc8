package dev.berth.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

@Timeout(600)
class WhoamiTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

    private Whoami server;
    private Thread thread;

    @BeforeEach
    void start() throws IOException {
        var listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        server = new Whoami(listener, Map.of("BERTH_SLOT", "2", "BERTH_GENERATION", "7"));
        thread = Thread.ofPlatform().start(server::serve);
    }

    @AfterEach
    void stop() throws InterruptedException {
        server.stop();
        thread.join();
    }

    /// A connection that sends raw text and reads whole answers.
    private static final class Client implements AutoCloseable {
        private final Socket socket;
        private final BufferedReader in;

        Client(int port) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            in = new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
        }

        void send(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(ISO_8859_1));
        }

        /// The lines of the head, an empty line, and one line of body.
        List<String> answer(boolean body) throws IOException {
            List<String> lines = new ArrayList<>();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                lines.add(line);
                if (line.isEmpty()) {
                    if (body) {
                        lines.add(in.readLine());
                    }
                    break;
                }
            }
            return lines;
        }

        boolean ended() throws IOException {
            return in.read() < 0;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void oneConnectionIsAnsweredAgainAndAgain() throws IOException {
        try (var client = new Client(server.port())) {
            for (int i = 0; i < 3; i++) {
                client.send(GET);
                List<String> answer = client.answer(true);
                assertThat(answer).first().isEqualTo("HTTP/1.1 200 OK");
                assertThat(answer).contains("Connection: keep-alive");
                assertThat(answer.getLast())
                        .isEqualTo(
                                "pid "
                                        + ProcessHandle.current().pid()
                                        + " slot 2 generation 7 peer 127.0.0.1:"
                                        + client.socket.getLocalPort());
            }
        }
    }

    @Test
    void requestsInOnePacketAndBodiesAreUnderstood() throws IOException {
        try (var client = new Client(server.port())) {
            client.send("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello" + GET);
            assertThat(client.answer(true)).first().isEqualTo("HTTP/1.1 200 OK");
            assertThat(client.answer(true)).first().isEqualTo("HTTP/1.1 200 OK");
        }
    }

    @Test
    void theClientMayCloseAndHeadHasNoBody() throws IOException {
        try (var client = new Client(server.port())) {
            client.send("HEAD / HTTP/1.1\r\nConnection: close\r\n\r\n");
            assertThat(client.answer(false)).contains("Connection: close");
            assertThat(client.ended()).isTrue();
        }
    }

    @Test
    void invalidInputIsRefusedAndTheConnectionClosed() throws IOException {
        try (var client = new Client(server.port())) {
            client.send("hello\r\n\r\n");
            assertThat(client.answer(true)).first().isEqualTo("HTTP/1.1 400 Bad Request");
            assertThat(client.ended()).isTrue();
        }
    }

    @Test
    void stoppingClosesIdleConnectionsAndAnswersTheLastRequest() throws Exception {
        try (var idle = new Client(server.port());
                var busy = new Client(server.port())) {
            idle.send(GET);
            idle.answer(true);
            busy.send("GET / HTTP/1.1\r\n");
            busy.send("Host: x\r\n");
            Thread stopper = Thread.ofPlatform().start(server::stop);
            assertThat(idle.ended()).isTrue();
            busy.send("\r\n");
            assertThat(busy.answer(true)).contains("HTTP/1.1 200 OK", "Connection: close");
            stopper.join();
        }
    }
}
