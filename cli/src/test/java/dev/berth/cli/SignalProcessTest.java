package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.berth.sys.Processes;
import dev.berth.sys.Signal;
import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.PidsGroup;
import dev.berth.testkit.RequiresProgram;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// Signals to a supervisor that can start no thread and no process: none is lost.
@ExtendWith(LeakCheck.class)
@RequiresProgram("python3")
@Timeout(600)
class SignalProcessTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir Path runtime;

    private Optional<PidsGroup> group = Optional.empty();
    private Optional<BerthProcesses> berth = Optional.empty();

    @BeforeEach
    void makeGroup() throws IOException {
        group = PidsGroup.create("berth-signal-" + ProcessHandle.current().pid());
        assumeTrue(group.isPresent(), "no control group of the pids controller can be made");
        berth = Optional.of(new BerthProcesses(runtime, PATIENCE));
    }

    /// The limit is lifted first, so that everything can be ended.
    @AfterEach
    void removeGroup() throws Exception {
        if (group.isPresent()) {
            try (PidsGroup last = group.orElseThrow()) {
                last.lift();
                berth.orElseThrow().close();
            }
        }
    }

    private ChildProcess web() throws IOException {
        return berth.orElseThrow()
                .start(
                        group.orElseThrow().prefix(),
                        "run",
                        "-n",
                        "1",
                        "--name",
                        "web",
                        "--",
                        "python3",
                        "-m",
                        "http.server",
                        "--bind",
                        "127.0.0.1",
                        Integer.toString(FreePort.tcp()));
    }

    private ChildProcess webAtItsLimit() throws IOException {
        ChildProcess web = web();
        berth.orElseThrow().await(web, "is ready");
        group.orElseThrow().fill();
        return web;
    }

    @ParameterizedTest
    @EnumSource(names = {"TERM", "INT"})
    void aStopSignalStopsIt(Signal signal) throws Exception {
        ChildProcess web = webAtItsLimit();
        Processes.kill(web.pid(), signal.number());
        assertThat(web.awaitExit(PATIENCE)).as("%s", web.output()).isZero();
        assertThat(web.output()).contains("berth: " + signal + ": stopping");
    }

    @Test
    void aRollThatASignalAsksForIsRefusedWithItsReasonAndTheServiceGoesOn() throws Exception {
        ChildProcess web = webAtItsLimit();
        Processes.kill(web.pid(), Signal.HUP.number());
        berth.orElseThrow().await(web, "berth: SIGHUP: ");
        assertThat(web.output())
                .filteredOn(line -> line.startsWith("berth: SIGHUP: "))
                .singleElement()
                .asString()
                .contains("TasksMax");
        assertThat(berth.orElseThrow().done(0, "status", "web", "--json").getFirst())
                .contains("\"state\":\"ready\"");
        group.orElseThrow().lift();
        Processes.kill(web.pid(), Signal.HUP.number());
        berth.orElseThrow().await(web, "rolled 1 slot");
    }
}
