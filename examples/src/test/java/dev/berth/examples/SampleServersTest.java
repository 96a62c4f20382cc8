package dev.berth.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

class SampleServersTest {
    private static final Path SERVERS = Path.of("servers").toAbsolutePath();

    @TempDir private Path scratch;

    private SamplePaths places() {
        return new SamplePaths(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                Path.of("target/classes").toAbsolutePath(),
                SERVERS,
                scratch);
    }

    @Test
    void namesAreUnique() {
        assertThat(SampleServers.all()).extracting(SampleServer::name).doesNotHaveDuplicates();
    }

    @Test
    void everyPlaceholderIsFilled() {
        assertThat(SampleServers.all())
                .allSatisfy(
                        server ->
                                assertThat(places().command(server, 20_001, 20_002))
                                        .noneMatch(word -> word.matches(".*\\{[a-z]+}.*")));
    }

    @Test
    void everyScriptThatACommandNamesExists() {
        List<String> scripts =
                SampleServers.all().stream()
                        .flatMap(server -> places().command(server, 1, 2).stream())
                        .filter(word -> word.startsWith(SERVERS + "/") && word.matches(".*\\.\\w+"))
                        .filter(word -> !word.contains("/target/"))
                        .toList();
        assertThat(scripts).hasSizeGreaterThan(6).allMatch(word -> Files.exists(Path.of(word)));
    }

    @Test
    void anUnknownNameIsRejectedWithTheKnownOnes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SampleServers.named("apache"))
                .withMessageContaining("apache")
                .withMessageContaining("python-accept");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"java-socket", "java-httpserver", "java-reuseport", "jdk-httpserver-module"})
    void aJdkServerReportsItsPid(String name) throws Exception {
        int port;
        try (var probe = new ServerSocket(0)) {
            port = probe.getLocalPort();
        }
        Process process =
                new ProcessBuilder(places().command(SampleServers.named(name), port, 0))
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            String pid = Long.toString(process.pid());
            assertThat(firstAnswer(port, process)).containsPattern("\\b" + pid + "\\b");
        } finally {
            process.destroy();
            assertThat(process.waitFor(180, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static String firstAnswer(int port, Process process) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/")).build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            while (process.isAlive() && System.nanoTime() < deadline) {
                try {
                    return client.send(request, BodyHandlers.ofString()).body();
                } catch (IOException e) {
                    Thread.sleep(20);
                }
            }
        }
        throw new AssertionError("no answer; the server is alive: " + process.isAlive());
    }
}
