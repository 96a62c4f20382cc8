package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.SeededRandom;
import dev.berth.testkit.SelfSigned;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.FutureTask;

import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/// The sample in `examples/worker/berth.toml`: servers that use the library `dev.berth.worker`, one
/// for TLS and one that behaves like SSH, behind one port.
@ExtendWith(LeakCheck.class)
@Timeout(600)
class OnePortTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration SILENCE = Duration.ofSeconds(5);
    private static final int BYTES = 400_000;
    private static final String OPTIONS = "\", \"-XX:+UseSerialGC\", \"-XX:TieredStopAtLevel=1\"";

    @TempDir Path directory;

    private final SeededRandom random = SeededRandom.create("bytes through one port");
    private final int port = FreePort.tcp();

    @RegisterExtension
    private final BerthProcesses berth = new BerthProcesses(() -> directory, PATIENCE);

    @Test
    void tlsAndSshReachTheirOwnServersWithTheirBytesIntact() throws Exception {
        ChildProcess run = berth.start("run", "-f", sample().toString(), "--settle", "10ms");
        int web0 = pid(run, "both.web: slot 0.1 started, pid ");
        int web1 = pid(run, "both.web: slot 1.1 started, pid ");
        int git = pid(run, "both.git: slot 0.1 started, pid ");
        for (String ready : List.of("both.web: slot 0.1", "both.web: slot 1.1", "both.git: slot")) {
            run.awaitLine(l -> l.contains(ready) && l.contains("is ready"), PATIENCE);
        }

        try (Socket early = connect();
                Socket halting = connect()) {
            // Neither has sent enough yet while the others are served.
            early.getOutputStream().write('S');
            byte[] hello = {0x16, 3, 1};
            halting.getOutputStream().write(hello);
            assertThat(List.of(tls("a.example"), tls("b.example")))
                    .containsExactlyInAnyOrder(
                            "pid=" + web0 + "\nname=a.example\nprotocol=http/1.1\n",
                            "pid=" + web1 + "\nname=b.example\nprotocol=http/1.1\n");
            ssh(early, git, "SSH-2.0-early\r\n", 1);
        }
        try (Socket client = connect()) {
            ssh(client, git, "SSH-2.0-whole\r\n", 0);
        }

        run.terminate();
        assertThat(run.awaitExit(PATIENCE)).isZero();
    }

    /// The answer of the TLS server. A client that has said nothing for 5 s goes to the default
    /// service, even if it only waited for a CPU: then it tries again.
    private String tls(String name) throws Exception {
        SSLSocketFactory factory = SelfSigned.trusting().getSocketFactory();
        while (true) {
            long begin = System.nanoTime();
            try {
                return tls(factory, name);
            } catch (SSLException other) {
                if (System.nanoTime() - begin < SILENCE.toNanos()) {
                    throw other;
                }
            }
        }
    }

    /// Requested on the connection that carried many bytes both ways before.
    private String tls(SSLSocketFactory factory, String name) throws Exception {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        try (Socket client = connect();
                SSLSocket tls = (SSLSocket) factory.createSocket(client, "", 0, true)) {
            SSLParameters parameters = tls.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(name)));
            parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
            tls.setSSLParameters(parameters);
            OutputStream out = tls.getOutputStream();
            String length = "Content-Length: " + BYTES + "\r\n\r\n";
            out.write(("POST / HTTP/1.1\r\nHost: " + name + "\r\n" + length).getBytes(US_ASCII));
            out.write(bytes);
            out.flush();
            InputStream in = tls.getInputStream();
            assertThat(head(in)).startsWith("HTTP/1.1 200 OK\r\n").contains(length);
            assertThat(hash(in.readNBytes(BYTES))).isEqualTo(hash(bytes));
            assertThat(tls.getApplicationProtocol()).isEqualTo("http/1.1");
            out.write("GET / HTTP/1.1\r\nConnection: close\r\n\r\n".getBytes(US_ASCII));
            head(in);
            return new String(in.readAllBytes(), US_ASCII);
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) new DataInputStream(in).readUnsignedByte());
        }
        return head.toString();
    }

    /// Sends `greeting`, of which `said` characters were sent before, and many bytes: all of it
    /// comes back after the server's own banner.
    private void ssh(Socket client, int pid, String greeting, int said) throws Exception {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        FutureTask<Void> writing =
                new FutureTask<>(
                        () -> {
                            OutputStream out = client.getOutputStream();
                            out.write(greeting.substring(said).getBytes(US_ASCII));
                            out.write(bytes);
                            client.shutdownOutput();
                            return null;
                        });
        Thread.ofPlatform().start(writing);
        InputStream in = client.getInputStream();
        String first = "SSH-2.0-berth pid=" + pid + "\r\n" + greeting;
        assertThat(in.readNBytes(first.length())).asString().isEqualTo(first);
        assertThat(hash(in.readAllBytes())).isEqualTo(hash(bytes));
        writing.get();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout((int) PATIENCE.toMillis());
        return socket;
    }

    private static String hash(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    private static int pid(ChildProcess run, String before) {
        String line = run.awaitLine(text -> text.contains(before), PATIENCE);
        return Integer.parseInt(line.substring(line.indexOf(before) + before.length()).strip());
    }

    /// The sample, with this test's port, programs and keys.
    private Path sample() throws Exception {
        String home = System.getProperty("java.home");
        String text =
                Files.readString(Path.of("..", "examples", "worker", "berth.toml"))
                        .replace("8443", "[\"tcp://127.0.0.1:" + port + "\"]")
                        .replace("\"java\"", "\"" + Path.of(home, "bin", "java") + OPTIONS)
                        .replace(
                                "examples/target/classes:worker/target/classes",
                                System.getProperty("java.class.path"))
                        .replace("keys.p12", SelfSigned.keyStore(directory).toString());
        return Files.writeString(directory.resolve("both.toml"), text);
    }
}
