package dev.berth.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.RequiresProgram;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.time.Duration;

/// What samples that need arguments print without them.
class UsageTest {
    private static final Duration LONG = Duration.ofMinutes(5);

    @ParameterizedTest
    @RequiresProgram({"python3", "node", "perl"})
    @ValueSource(
            strings = {
                "python3 servers/python/seed_accept.py",
                "python3 servers/python/seed_workers.py",
                "python3 servers/python/threading_http.py",
                "node servers/node/plain.js",
                "node servers/node/graceful.js",
                "node servers/node/cluster.js",
                "perl servers/perl/io_socket.pl",
                "sh servers/nginx/run.sh",
                "python3 worker/echo.py"
            })
    void scriptWithoutArgumentsPrintsAUsageLine(String command) throws Exception {
        says("usage: ", command.split(" "));
    }

    @Test
    void tlsWorkerWithoutArgumentsPrintsAUsageLine() throws Exception {
        Class<?> worker = Class.forName("dev.berth.examples.worker.TlsWorker");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        says(
                "usage: TlsWorker PORT",
                java,
                "-cp",
                System.getProperty("java.class.path"),
                worker.getName());
    }

    private static void says(String start, String... command) throws Exception {
        var builder = new ProcessBuilder(command);
        builder.environment().remove("BERTH_DISPATCH_FD");
        try (ChildProcess child = ChildProcess.start(builder)) {
            assertThat(child.awaitExit(LONG)).as("%s", child.output()).isNotZero();
            assertThat(child.output()).hasSize(1).first().asString().startsWith(start);
        }
    }

    @Test
    void serverWithoutArgumentsUsesTheUsualPort() {
        assertThat(Port.of()).isEqualTo(8080);
        assertThat(Port.of("80", "2")).isEqualTo(80);
    }
}
