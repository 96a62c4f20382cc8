package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.LeakCheck;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// `run --share dispatch` and `run -f`, each command in its own process.
@ExtendWith(LeakCheck.class)
@Timeout(600)
class MultiServiceRunTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /// Answers each connection with its service and the packet that it arrived with.
    private static final String SERVER =
            """
            import os, socket
            s = socket.socket(fileno=int(os.environ["BERTH_DISPATCH_FD"]))
            s.send(b"ready 1")
            while True:
                packet, fds, _, _ = socket.recv_fds(s, 256, 1)
                if packet in (b"drain", b""):
                    break
                if not fds:
                    continue
                c = socket.socket(fileno=fds[0])
                c.recv(4096)
                c.sendall((os.environ["BERTH_NAME"] + "|" + packet.decode()).encode())
                c.close()
            while packet:
                packet, _, _, _ = socket.recv_fds(s, 256, 1)
            """;

    @TempDir Path directory;

    private final int port = FreePort.tcp();
    private Path server;

    @RegisterExtension
    private final BerthProcesses berth = new BerthProcesses(() -> directory, PATIENCE);

    @BeforeEach
    void begin() throws IOException {
        server = Files.writeString(directory.resolve("server.py"), SERVER);
    }

    private String ask(String sent) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.getOutputStream().write(sent.getBytes(StandardCharsets.US_ASCII));
            byte[] answer = socket.getInputStream().readAllBytes();
            return new String(answer, StandardCharsets.US_ASCII);
        }
    }

    @Test
    void servicesOfAFileAreRoutedToAndCommandedOneByOne() throws Exception {
        Path file =
                Files.writeString(
                        directory.resolve("shop.toml"),
                        """
                        listen = ["tcp://127.0.0.1:%d"]
                        proxy-protocol = "optional"

                        [service.web]
                        command = ["/usr/bin/python3", "%s"]
                        workers = 2
                        routes = [{ host = "web.example" }]

                        [service.git]
                        command = ["/usr/bin/python3", "%s"]
                        workers = 1
                        routes = [{ protocol = "ssh" }]
                        """
                                .formatted(port, server, server));
        ChildProcess run = berth.start("run", "-f", file.toString(), "--settle", "100ms");
        berth.await(run, "shop.web: slot 1.1 is ready");
        berth.await(run, "shop.git: slot 0.1 is ready");

        assertThat(ask("GET / HTTP/1.1\r\nHost: web.example\r\n\r\n")).isEqualTo("shop.web|conn");
        assertThat(ask("SSH-2.0-x\r\n")).isEqualTo("shop.git|conn");
        assertThat(ask("PROXY TCP4 192.0.2.1 192.0.2.2 40000 22\r\nSSH-2.0-x\r\n"))
                .isEqualTo("shop.git|conn tcp4 192.0.2.1 40000 192.0.2.2 22");

        assertThat(berth.done(0, "status", "shop.web"))
                .contains("adopt dispatch, steer round-robin (dispatcher)");
        assertThat(berth.done(0, "roll", "shop.web")).contains("rolled 2 slots");
        assertThat(berth.done(0, "status", "shop.git", "--json").getFirst())
                .contains("\"generation\":1");
        assertThat(berth.done(0, "stop", "shop.git")).contains("stopped");
        assertThat(ask("GET / HTTP/1.1\r\nHost: web.example\r\n\r\n")).isEqualTo("shop.web|conn");
        run.terminate();
        assertThat(run.awaitExit(PATIENCE)).isZero();
    }

    @Test
    void aSingleServiceIsDispatchedTooAndSteeredLive() throws Exception {
        ChildProcess run =
                berth.start(
                        "run",
                        "--share",
                        "dispatch",
                        "-p",
                        "" + port,
                        "-n",
                        "2",
                        "--name",
                        "one",
                        "--settle",
                        "100ms",
                        "--",
                        "/usr/bin/python3",
                        server.toString());
        berth.await(run, "slot 1.1 is ready");
        assertThat(ask("x")).isEqualTo("one|conn");
        assertThat(berth.done(0, "steer", "one", "source"))
                .contains("steered by source from now on");
        assertThat(String.join("\n", berth.done(1, "steer", "one", "cpu")))
                .contains("round-robin, least-connections or source");
        run.terminate();
        assertThat(run.awaitExit(PATIENCE)).isZero();
    }

    @Test
    void itStartsWhereFewDescriptorsAreAllowed() throws Exception {
        String[] words = {
            "run",
            "--share",
            "dispatch",
            "-p",
            "" + port,
            "-n",
            "1",
            "--settle",
            "100ms",
            "--",
            "/usr/bin/python3",
            server.toString()
        };
        ChildProcess run = berth.startWith(100, words);
        berth.await(run, "slot 0.1 is ready");
        assertThat(ask("x")).endsWith("|conn");
        run.terminate();
        assertThat(run.awaitExit(PATIENCE)).isZero();
    }

    @Test
    void aProgramThatDoesNotAskForConnectionsGetsAHintAboutTheLibrary() throws Exception {
        List<String> output =
                berth.done(
                        1,
                        "run",
                        "--share",
                        "dispatch",
                        "-p",
                        "" + port,
                        "-n",
                        "1",
                        "--start-timeout",
                        "1s",
                        "--",
                        "/bin/sleep",
                        "60");
        assertThat(String.join("\n", output))
                .contains("dev.berth.worker")
                .contains("in-kernel policies");
    }

    @Test
    void aServiceThatCannotBeStartedEndsAllServices() throws Exception {
        Path file =
                Files.writeString(
                        directory.resolve("bad.toml"),
                        """
                        listen = %d
                        [service.good]
                        command = ["/usr/bin/python3", "%s"]
                        workers = 1
                        default = true
                        [service.bad]
                        command = ["/bin/false"]
                        workers = 1
                        routes = [{ protocol = "ssh" }]
                        """
                                .formatted(port, server));
        List<String> output = berth.done(1, "run", "-f", file.toString());
        assertThat(String.join("\n", output)).contains("bad.bad: ").contains("exit 1");
        Files.writeString(file, Files.readString(file).replace("/bin/false", "/bin/nonesuch"));
        assertThat(String.join("\n", berth.done(1, "run", "-f", file.toString())))
                .contains("bad.toml:7:1: command not found: there is no file /bin/nonesuch");
        assertThat(String.join("\n", berth.done(2, "run", "-f", file.toString(), "-p", "80")))
                .contains("with -f, --port must be set in the file: ");
        Files.writeString(file, Files.readString(file).replace("workers = 1", "workers = 0"));
        assertThat(String.join("\n", berth.done(2, "run", "-f", file.toString())))
                .as("an error in the file is a usage error, as on the command line")
                .contains("bad.toml:4:");
    }
}
