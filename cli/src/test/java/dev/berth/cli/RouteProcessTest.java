package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.cli.command.SelfJvm;
import dev.berth.cli.demo.Whoami;
import dev.berth.sys.Capability;
import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresCapability;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `berth route` for a port that a running supervisor steers.
@ExtendWith(LeakCheck.class)
@Timeout(600)
class RouteProcessTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Pattern ONLY =
            Pattern.compile(
                    "certain: Berth's web, .* the only slot in service: slot 1 \\(pid (\\d+)\\)");

    @TempDir Path runtime;

    private static List<String> server(int port) {
        List<String> words = new ArrayList<>(List.of("run", "-n", "2", "--name", "web"));
        words.addAll(List.of("--settle", "100ms", "--"));
        words.addAll(SelfJvm.command(Whoami.class, List.of("-Xmx24m")));
        words.add(Integer.toString(port));
        return words;
    }

    private static String[] route(int port) {
        return new String[] {"route", "127.0.0.1:" + port, "--from", "127.0.0.1:50000"};
    }

    private static void startServer(BerthProcesses berth, int port) throws Exception {
        ChildProcess web = berth.start(server(port).toArray(String[]::new));
        for (String slot : List.of("0.1", "1.1")) {
            web.awaitLine(line -> line.contains("slot " + slot + " is ready"), PATIENCE);
        }
    }

    private static String done(BerthProcesses berth, String... words) throws Exception {
        ChildProcess child = berth.start(words);
        assertThat(child.awaitExit(PATIENCE)).as("%s", child.output()).isZero();
        return String.join("\n", child.output());
    }

    private static String answer(int port) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + port + "/");
        var connection = (HttpURLConnection) uri.toURL().openConnection();
        connection.setRequestProperty("Connection", "close");
        try (var in = connection.getInputStream()) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    @Test
    void theSupervisorSaysWhichWorkerIsInServiceAndClientsReachIt() throws Exception {
        int port = FreePort.tcp();
        String[] route = route(port);
        try (var berth = new BerthProcesses(runtime, PATIENCE)) {
            startServer(berth, port);
            assertThat(done(berth, route))
                    .contains("not certain: Berth's web,", "one of its 2 sockets in service")
                    .doesNotContain("\ncertain");
            done(berth, "drain", "web", "0");
            String alone = done(berth, route);
            Matcher only = ONLY.matcher(alone);
            assertThat(only.find()).as(alone).isTrue();
            for (int i = 0; i < 8; i++) {
                assertThat(answer(port)).contains("pid " + only.group(1) + " slot 1");
            }
        }
    }

    @Test
    @RequiresCapability(Capability.BPF)
    void theSupervisorSaysThatEveryClientIsRefused() throws Exception {
        int port = FreePort.tcp();
        try (var berth = new BerthProcesses(runtime, PATIENCE)) {
            startServer(berth, port);
            done(berth, "drain", "web", "--shed");
            ChildProcess shed = berth.start(route(port));
            assertThat(shed.awaitExit(PATIENCE)).as("%s", shed.output()).isOne();
            assertThat(String.join("\n", shed.output()))
                    .contains("certain: Berth's web,", "currently refuses every new client")
                    .doesNotContain("LISTEN");
        }
    }
}
