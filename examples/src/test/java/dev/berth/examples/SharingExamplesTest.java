package dev.berth.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.testkit.ChildProcess;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/// What the examples of `examples/sharing` print, on this kernel.
///
/// Each is run as its reader would run it; they are also compiled once for the oldest Java that
/// they support.
class SharingExamplesTest {
    private static final Path SOURCES = Path.of("sharing").toAbsolutePath();
    private static final Duration LONG = Duration.ofMinutes(5);

    /// The most lines that a reader can take in at once.
    private static final int MOST_LINES = 60;

    @TempDir private static Path classes;
    private static URLClassLoader loader;

    @BeforeAll
    static void compileForJava17() throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> words = new ArrayList<>();
        words.addAll(List.of("--release", "17", "-Xlint:all,-try", "-Werror"));
        words.addAll(List.of("-d", classes.toString()));
        sources().forEach(file -> words.add(file.toString()));
        assertThat(compiler.run(null, null, null, words.toArray(String[]::new))).isZero();
        loader = new URLClassLoader(new URL[] {classes.toUri().toURL()}, null);
    }

    @AfterAll
    static void close() throws IOException {
        loader.close();
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.list(SOURCES)) {
            return files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
        }
    }

    /// Starts it as README.md says: from the top folder, from its source file, without arguments.
    private static List<String> run(String name) throws IOException, InterruptedException {
        String file = "examples/sharing/" + name + ".java";
        var builder = new ProcessBuilder(java(), "-XX:TieredStopAtLevel=1", file);
        builder.directory(SOURCES.getParent().getParent().toFile());
        try (ChildProcess child = ChildProcess.start(builder)) {
            assertThat(child.awaitExit(LONG)).as("%s", child.output()).isZero();
            return child.output();
        }
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static Object call(String type, String method, Object... arguments)
            throws ReflectiveOperationException {
        Method found =
                Stream.of(loader.loadClass(type).getDeclaredMethods())
                        .filter(one -> one.getName().equals(method))
                        .findFirst()
                        .orElseThrow();
        found.setAccessible(true);
        return Optional.ofNullable(found.invoke(null, arguments)).orElse("");
    }

    /// What a method prints if the platform offers no socket option at all.
    private static String printedWithoutOptions(String type) throws ReflectiveOperationException {
        PrintStream before = System.out;
        var bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            call(type, "run", Set.of(), 10);
        } finally {
            System.setOut(before);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void eachExampleIsShort() throws IOException {
        assertThat(sources()).hasSizeGreaterThan(10);
        for (Path source : sources()) {
            assertThat(Files.readAllLines(source))
                    .as("%s", source)
                    .hasSizeLessThanOrEqualTo(MOST_LINES);
        }
    }

    @Test
    void connectionsShareTheLocalPortAndDifferInTheRemotePort() throws Exception {
        assertThat(run("FourTuple")).hasSize(4).endsWith("one local port: true");
    }

    @Test
    void eachAcceptedSocketServesItsOwnClient() throws Exception {
        assertThat(run("Accept")).containsExactly("one -> one", "two -> two", "three -> three");
    }

    @Test
    void secondBindIsRefused() throws Exception {
        assertThat(run("SecondBind"))
                .containsExactly("first: bound", "second: refused, Address already in use");
    }

    @Test
    void reuseAddressHelpsOnlyIfTheOldListenerHadItToo() throws Exception {
        assertThat(run("ReuseAddress"))
                .containsExactly(
                        "neither: refused, Address already in use",
                        "new only: refused, Address already in use",
                        "both: bound again, with SO_REUSEADDR");
    }

    @Test
    void twoListenersShareTheClients() throws Exception {
        assertThat(shares(run("ReusePort"), "two listeners")).hasSize(2).doesNotContain(0);
    }

    @Test
    void twoUdpSocketsShareTheSenders() throws Exception {
        assertThat(shares(run("UdpReusePort"), "two sockets")).hasSize(2).doesNotContain(0);
    }

    private static List<Integer> shares(List<String> lines, String title) {
        assertThat(lines).hasSize(2).startsWith(title);
        return Stream.of(lines.get(1).split("[^0-9]+"))
                .filter(word -> !word.isEmpty())
                .map(Integer::valueOf)
                .toList();
    }

    @Test
    void specificAddressesDoNotConflictAndTheWildcardConflictsWithAll() throws Exception {
        assertThat(run("DifferentAddresses"))
                .containsExactly(
                        "127.0.0.1: bound",
                        "127.0.0.2: bound, on the same port true",
                        "0.0.0.0: refused, Address already in use");
    }

    @Test
    void withReuseportTheSpecificAddressWinsOverTheWildcard() throws Exception {
        assertThat(run("WildcardAndSpecific"))
                .containsExactly("both bound", "127.0.0.1 -> specific", "127.0.0.2 -> wildcard");
    }

    @Test
    void unicastGoesToTheSocketThatWasBoundLast() throws Exception {
        assertThat(run("UdpUnicast")).containsExactly("both bound", "first got 0, second got 10");
    }

    @Test
    void multicastGoesToAll() throws Exception {
        assertThat(run("UdpMulticast"))
                .containsExactly("both joined", "first got 10, second got 10");
    }

    @Test
    void oneListenerHandsConnectionsOutInTurn() throws Exception {
        assertThat(run("OneListener"))
                .containsExactly(
                        "connection 0: worker 0",
                        "connection 1: worker 1",
                        "connection 2: worker 2",
                        "connection 3: worker 3",
                        "connection 4: worker 0",
                        "connection 5: worker 1",
                        "connection 6: worker 2",
                        "connection 7: worker 3");
    }

    @Test
    void portZeroGivesEachListenerItsOwnPort() throws Exception {
        assertThat(run("PortZero")).endsWith("different ports: 3");
    }

    @Test
    void fourProcessesServeOnePortAndEndWithTheirParent() throws Exception {
        assertThat(run("MultiProcess"))
                .containsExactly(
                        "handled by worker 0",
                        "handled by worker 1",
                        "handled by worker 2",
                        "handled by worker 3");
    }

    @Test
    void everyExampleIsTestedHere() throws IOException {
        assertThat(sources())
                .extracting(file -> file.getFileName().toString().replace(".java", ""))
                .allMatch(name -> mentions("run(\"" + name + "\")"));
        assertThat(Files.readString(SOURCES.resolve("README.md")))
                .contains("    java examples/sharing/ReusePort.java\n");
    }

    private static boolean mentions(String call) {
        Path own = Path.of("src/test/java/dev/berth/examples/SharingExamplesTest.java");
        try {
            return Files.readString(own).contains(call);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /// The response of the worker that gets this connection; nothing while no worker listens.
    private static List<String> ask(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            byte[] answer = socket.getInputStream().readAllBytes();
            return List.of(new String(answer, StandardCharsets.UTF_8));
        } catch (IOException notYet) {
            return List.of();
        }
    }

    @Test
    void withoutReuseportOneListenerServesAll() throws Exception {
        assertThat(printedWithoutOptions("ReusePort"))
                .contains("no SO_REUSEPORT here: one listener", "first 10, second 0");
    }

    @Test
    void withoutReuseportOneUdpSocketGetsAll() throws Exception {
        assertThat(printedWithoutOptions("UdpReusePort"))
                .contains("no SO_REUSEPORT here: one socket", "first got 10, second got 0");
    }

    @Test
    void withoutReuseportOneProcessServes() throws Exception {
        try (var server = (ServerSocket) call("MultiProcess", "listen", 0, false)) {
            Thread.ofPlatform()
                    .daemon()
                    .start(
                            () -> {
                                try {
                                    call("MultiProcess", "serve", server, "the one worker");
                                } catch (InvocationTargetException closed) {
                                    // The end of the test closes its listener.
                                } catch (ReflectiveOperationException e) {
                                    throw new AssertionError(e);
                                }
                            });
            assertThat(ask(server.getLocalPort())).containsExactly("handled by the one worker\n");
        }
    }
}
