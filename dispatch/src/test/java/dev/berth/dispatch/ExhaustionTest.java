package dev.berth.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.ListenAddress;
import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.LeakCheck;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

@ExtendWith(LeakCheck.class)
class ExhaustionTest {
    private static final int PAUSE_MILLIS = 20;

    @Test
    void withoutDescriptorsClientsWaitAndTheThreadDoesNotSpin() throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classes =
                String.join(
                        File.pathSeparator,
                        Path.of("target", "test-classes").toAbsolutePath().toString(),
                        System.getProperty("jdk.module.path", ""),
                        System.getProperty("java.class.path", ""));
        ProcessBuilder limited =
                new ProcessBuilder(
                        List.of(
                                "sh",
                                "-c",
                                "ulimit -n 120; exec \"$@\"",
                                "sh",
                                java,
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                classes,
                                CrowdedDispatcher.class.getName()));
        Deque<DispatcherClient> clients = new ArrayDeque<>();
        try (ChildProcess child = ChildProcess.start(limited)) {
            String port = child.awaitLine(line -> line.startsWith("port "), TestWorker.LIMIT);
            ListenAddress address = ListenAddress.parse("127.0.0.1:" + port.substring(5));
            for (int i = 0; i < 60; i++) {
                clients.add(new DispatcherClient(address).send("G"));
            }
            String first = child.awaitLine(line -> missed(line) > 0, TestWorker.LIMIT);
            String later = child.awaitLine(line -> missed(line) > 10, TestWorker.LIMIT);
            assertThat(child.output()).anyMatch(line -> line.contains("ulimit -n"));
            long pauses = (millis(later, 5) - millis(first, 3)) / PAUSE_MILLIS;
            assertThat(missed(later) - missed(first)).isLessThanOrEqualTo(pauses + 3);
            for (DispatcherClient client : clients) {
                assertThat(client.read()).isEqualTo("at last");
            }
        } finally {
            for (DispatcherClient client : clients) {
                client.close();
            }
        }
    }

    private static long missed(String line) {
        return line.startsWith("missed ") ? Long.parseLong(line.split(" ")[1]) : -1;
    }

    /// The time at that position of the line.
    private static long millis(String line, int place) {
        return Long.parseLong(line.split(" ")[place]);
    }
}
