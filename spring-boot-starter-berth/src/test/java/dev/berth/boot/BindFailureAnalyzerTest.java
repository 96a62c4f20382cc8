package dev.berth.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.testkit.FreePort;

import org.junit.jupiter.api.Test;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

class BindFailureAnalyzerTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    @Test
    void saysThatTheHolderIsGone() {
        int port = FreePort.tcp();

        FailureAnalysis analysis = analyze(Map.of("berth.analysis.timeout", "60"), named(port));

        assertThat(analysis.getDescription()).contains(":" + port, "is free now");
        assertThat(analysis.getAction()).contains("start the application again");
    }

    @Test
    void saysThatTheApplicationItselfIsInTheWay() throws Exception {
        try (ServerSocket own = new ServerSocket(0, 1, LOOPBACK)) {
            int port = own.getLocalPort();

            FailureAnalysis analysis = analyze(Map.of("berth.analysis.timeout", "60"), named(port));

            assertThat(analysis.getDescription())
                    .contains("pid " + ProcessHandle.current().pid(), "(this application)");
            assertThat(analysis.getAction()).doesNotContain("stop pid");
        }
    }

    @Test
    void leavesItToBootAfterTheTimeout() {
        assertThat(analyze(Map.of("berth.analysis.timeout", "0"), named(FreePort.tcp()))).isNull();
    }

    @Test
    void neverFailsItself() {
        assertThat(analyze(Map.of("berth.analysis.timeout", "soon"), named(8080))).isNull();
        assertThat(analyze(Map.of(), new IllegalStateException("no bind"))).isNull();
    }

    @Test
    void leavesNoFileBehind() throws Exception {
        List<String> before = scratches();

        analyze(Map.of("berth.analysis.timeout", "0"), named(FreePort.tcp()));

        assertThat(scratches()).isEqualTo(before);
    }

    @Test
    void asksOnlyAboutPortsOfTheApplication() {
        StandardEnvironment environment =
                environment(
                        Map.of(
                                "server.port", "8443",
                                "server.address", "127.0.0.1",
                                "feed.port", "7000",
                                "local.server.port", "8443",
                                "http.proxyPort", "3128",
                                "other.port", "none"));

        assertThat(ConfiguredPorts.of(environment).places())
                .containsExactlyInAnyOrder(
                        new ConfiguredPort("127.0.0.1", 8443, "server.port"),
                        new ConfiguredPort("", 7000, "feed.port"));
    }

    @Test
    void questionsSurviveEncoding() {
        Question question =
                new Question(
                        "in use",
                        true,
                        "a.B.c(B.java:1)",
                        42,
                        false,
                        List.of(
                                new ConfiguredPort("", 1, "x.port"),
                                new ConfiguredPort("::1", 2, "")));

        assertThat(Question.decode(question.encoded())).isEqualTo(question);
    }

    private static Exception named(int port) {
        return new IOException(
                "Failed to bind to /127.0.0.1:" + port,
                new BindException("Address already in use"));
    }

    private static FailureAnalysis analyze(Map<String, Object> properties, Throwable failure) {
        return new BindFailureAnalyzer(environment(properties)).analyze(failure);
    }

    private static StandardEnvironment environment(Map<String, Object> properties) {
        StandardEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .remove(StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME);
        environment.getPropertySources().addFirst(new MapPropertySource("test", properties));
        return environment;
    }

    private static List<String> scratches() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.map(Path::toString).filter(name -> name.matches(".*/berth\\d+")).toList();
        }
    }
}
