package dev.berth.examples;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.berth.testkit.Await;
import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.SelfSigned;
import dev.berth.testkit.TestWorkerProcess;
import dev.berth.testkit.TinyDispatcher;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The samples of `dev.berth.examples.worker` and `examples/worker`, started by a dispatcher.
@ExtendWith(LeakCheck.class)
class WorkersTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final String LAST =
            "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    @TempDir private Path folder;

    @Test
    void theHttpServerReportsItsPidForEveryRequest() throws Exception {
        try (TinyDispatcher dispatcher = TinyDispatcher.onIpv4();
                TestWorkerProcess worker = start(dispatcher, java("HttpWorker", "0"));
                Socket client = dispatcher.connectAndPass()) {
            client.getOutputStream().write((GET + LAST).getBytes(US_ASCII));
            dispatcher.awaitAllTaken();

            assertThat(new String(client.getInputStream().readAllBytes(), US_ASCII))
                    .matches("(?s)(HTTP/1.1 200 OK\r\n.*pid=" + worker.pid() + "\n){2}")
                    .contains("Connection: close");
            assertDrains(dispatcher, worker);
        }
    }

    @Test
    void theHttpServerReturnsABodyByteForByte() throws Exception {
        byte[] body = new byte[256];
        for (int i = 0; i < body.length; i++) {
            body[i] = (byte) i;
        }
        try (TinyDispatcher dispatcher = TinyDispatcher.onIpv4();
                TestWorkerProcess worker = start(dispatcher, java("HttpWorker", "0"));
                Socket client = dispatcher.connectAndPass()) {
            OutputStream out = client.getOutputStream();
            out.write("POST / HTTP/1.1\r\nContent-Length: 256\r\n\r\n".getBytes(US_ASCII));
            out.write(body);
            out.write(LAST.getBytes(US_ASCII));
            dispatcher.awaitAllTaken();

            assertThat(new String(client.getInputStream().readAllBytes(), ISO_8859_1))
                    .contains("Length: 256\r\n\r\n" + new String(body, ISO_8859_1) + "HTTP/1.1")
                    .endsWith("pid=" + worker.pid() + "\n");
            assertDrains(dispatcher, worker);
        }
    }

    @Test
    void itListensByItselfIfNoDispatcherStartedIt() throws Exception {
        int port = FreePort.tcp();
        var builder = new ProcessBuilder(java("HttpWorker", Integer.toString(port)));
        builder.environment().remove("BERTH_DISPATCH_FD");
        try (ChildProcess server = ChildProcess.start(builder);
                Socket client = awaitConnection(port, server)) {
            client.getOutputStream().write(LAST.getBytes(US_ASCII));

            assertThat(new String(client.getInputStream().readAllBytes(), US_ASCII))
                    .endsWith("pid=" + server.pid() + "\n");
        }
    }

    @Test
    void theTlsServerReportsItsPidToo() throws Exception {
        String keys = SelfSigned.keyStore(folder).toString();
        try (TinyDispatcher dispatcher = TinyDispatcher.onIpv4();
                TestWorkerProcess worker =
                        start(dispatcher, java("TlsWorker", "0", keys, SelfSigned.PASSWORD));
                Socket client = dispatcher.connectAndPass();
                Socket tls =
                        SelfSigned.trusting()
                                .getSocketFactory()
                                .createSocket(client, "", 0, true)) {
            tls.getOutputStream().write(LAST.getBytes(US_ASCII));
            dispatcher.awaitAllTaken();

            assertThat(new String(tls.getInputStream().readAllBytes(), US_ASCII))
                    .endsWith("pid=" + worker.pid() + "\n");
            assertDrains(dispatcher, worker);
        }
    }

    @Test
    void theSshLikeServerSpeaksFirst() throws Exception {
        try (TinyDispatcher dispatcher = TinyDispatcher.onIpv4();
                TestWorkerProcess worker = start(dispatcher, java("SshWorker", "0"));
                Socket client = dispatcher.connectAndPass()) {
            String banner = "SSH-2.0-berth pid=" + worker.pid() + "\r\n";
            assertThat(client.getInputStream().readNBytes(banner.length()))
                    .asString()
                    .isEqualTo(banner);
            client.getOutputStream().write("echo".getBytes(US_ASCII));
            client.shutdownOutput();
            dispatcher.awaitAllTaken();
            assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("echo");
            assertDrains(dispatcher, worker);
        }
    }

    @Test
    @RequiresProgram("python3")
    void aProgramWithoutTheLibraryCanSpeakTheProtocol() throws Exception {
        String script = Path.of("worker", "echo.py").toAbsolutePath().toString();
        try (TinyDispatcher dispatcher = TinyDispatcher.onIpv4();
                TestWorkerProcess worker = start(dispatcher, List.of("python3", "-u", script))) {
            for (int i = 0; i < 3; i++) {
                try (Socket client = dispatcher.connect()) {
                    client.getOutputStream().write("in python".getBytes(US_ASCII));
                    dispatcher.pass();
                    client.shutdownOutput();
                    dispatcher.awaitAllTaken();
                    assertThat(client.getInputStream().readAllBytes())
                            .asString()
                            .isEqualTo("in python");
                }
            }
            assertDrains(dispatcher, worker);
        }
    }

    private static void assertDrains(TinyDispatcher dispatcher, TestWorkerProcess worker)
            throws IOException {
        dispatcher.say("drain");
        assertThat(worker.awaitEnd()).isEmpty();
    }

    private TestWorkerProcess start(TinyDispatcher dispatcher, List<String> command)
            throws IOException {
        return TestWorkerProcess.start(dispatcher, folder, command);
    }

    private static List<String> java(String name, String... arguments) {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        words.add("--enable-native-access=ALL-UNNAMED");
        words.add("--add-opens=java.base/sun.nio.ch=ALL-UNNAMED");
        words.addAll(List.of("-cp", System.getProperty("java.class.path")));
        words.add("dev.berth.examples.worker." + name);
        words.addAll(Arrays.asList(arguments));
        return words;
    }

    private static Socket awaitConnection(int port, ChildProcess server) {
        return Await.value(
                TinyDispatcher.LIMIT,
                () -> connection(port),
                () -> "nobody listens: " + server.output());
    }

    private static Optional<Socket> connection(int port) {
        Socket client = new Socket();
        try {
            client.connect(new InetSocketAddress("127.0.0.1", port));
            return Optional.of(client);
        } catch (IOException notYet) {
            try {
                client.close();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            return Optional.empty();
        }
    }
}
