package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.sys.Capability;
import dev.berth.testkit.Await;
import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.NetworkNamespace;
import dev.berth.testkit.RequiresCapability;
import dev.berth.testkit.RequiresProgram;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// Runs the commands of `examples/worker/README.md` verbatim, on a machine whose `java` is too old
/// for a worker, in a network namespace, so that their ports are free.
@RequiresCapability(Capability.SYS_ADMIN)
@RequiresProgram({"bash", "curl"})
class WorkerGuideIT {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Duration LONG = Duration.ofMinutes(5);

    @TempDir private Path temp;
    private Path top;
    private Path bin;

    @BeforeEach
    void makeATopFolder() throws IOException {
        top = Files.createDirectory(temp.resolve("top"));
        for (String part : List.of("berth", "examples", "worker")) {
            Files.createSymbolicLink(top.resolve(part), ROOT.resolve(part));
        }
        bin = Files.createDirectory(temp.resolve("bin"));
        tool(bin, "java", "echo this java is too old >&2; exit 1");
        tool(bin, "keytool", "exec '" + ourProgram("keytool") + "' \"$@\"");
    }

    private static void tool(Path folder, String name, String line) throws IOException {
        Path file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + line + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private static String ourProgram(String name) {
        return Path.of(System.getProperty("java.home"), "bin", name).toString();
    }

    /// The only command on the page that begins with `start`.
    private static String documented(String start) throws IOException {
        List<String> found =
                Files.readAllLines(ROOT.resolve("examples/worker/README.md")).stream()
                        .filter(line -> line.startsWith("    " + start))
                        .map(String::strip)
                        .toList();
        assertThat(found).as(start).hasSize(1);
        return found.getFirst();
    }

    private ChildProcess start(String command) throws IOException {
        var builder = new ProcessBuilder("sh", "-c", "exec " + command).directory(top.toFile());
        builder.environment().put("PATH", bin + ":" + System.getenv("PATH"));
        builder.environment().put("BERTH_JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("XDG_RUNTIME_DIR", temp.toString());
        return ChildProcess.start(builder);
    }

    private List<String> run(String command) throws Exception {
        try (ChildProcess child = start(command)) {
            assertThat(child.awaitExit(LONG)).as("%s: %s", command, child.output()).isZero();
            return child.output();
        }
    }

    @Test
    void bothServersAnswerOnOnePort() throws Exception {
        run(documented("keytool"));
        try (NetworkNamespace namespace = NetworkNamespace.open()) {
            namespace.run(this::serveAndAsk);
        }
    }

    private void serveAndAsk() throws Exception {
        try (ChildProcess berth = start(documented("./berth run -f"))) {
            for (String worker : List.of("web: slot 0", "web: slot 1", "git: slot 0")) {
                berth.awaitLine(line -> line.matches(".*" + worker + ".* is ready.*"), LONG);
            }
            assertThat(run(documented("curl"))).contains("name=shop.example");
            assertThat(run(documented("bash")))
                    .hasSize(2)
                    .last()
                    .asString()
                    .startsWith("SSH-2.0-me");
            berth.terminate();
            assertThat(berth.awaitExit(LONG)).as("%s", berth.output()).isZero();
        }
    }

    @Test
    void withoutADispatcherAWorkerListensByItself() throws Exception {
        assertThat(Files.isDirectory(ROOT.resolve("examples/target/classes"))).isTrue();
        assertThat(documented("./mvnw")).contains(" -pl examples ").endsWith(" compile");
        tool(bin, "java", "exec '" + ourProgram("java") + "' \"$@\"");
        try (NetworkNamespace namespace = NetworkNamespace.open()) {
            namespace.run(
                    () -> {
                        try (ChildProcess server = start(documented("java"))) {
                            Await.until(
                                    LONG,
                                    () -> answers(server),
                                    () -> "no answer: " + server.output());
                        }
                    });
        }
    }

    private boolean answers(ChildProcess server) {
        try (ChildProcess curl = start("curl -s http://localhost:8080/")) {
            curl.awaitExit(LONG);
            return curl.output().contains("pid=" + server.pid());
        } catch (IOException | InterruptedException failed) {
            throw new AssertionError(failed);
        }
    }
}
