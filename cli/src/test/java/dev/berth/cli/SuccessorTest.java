package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.ProcessEntry;
import dev.berth.net.ProcessList;
import dev.berth.sys.Processes;
import dev.berth.sys.Signal;
import dev.berth.testkit.Await;
import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.LeakCheck;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/// A supervisor that is started while the guard of a killed supervisor with the same name is still
/// at work.
@ExtendWith(LeakCheck.class)
@Timeout(120)
class SuccessorTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir Path runtime;

    @RegisterExtension
    private final BerthProcesses berth = new BerthProcesses(() -> runtime, PATIENCE);

    private ChildProcess demo() throws IOException {
        return berth.start("demo", "-n", "1", "-p", "" + FreePort.tcp());
    }

    private static int guardOf(ChildProcess supervisor) {
        return ProcessList.read().stream()
                .filter(process -> process.parent() == supervisor.pid())
                .map(ProcessEntry::pid)
                .filter(pid -> ProcessList.command(pid).startsWith("sh /dev/fd/3"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void itWaitsForTheGuardAndKeepsItsDirectory() throws Exception {
        ChildProcess first = demo();
        berth.await(first, "All workers are ready");
        int guard = guardOf(first);
        // The supervisor first: it would resume its guard.
        Processes.kill(first.pid(), Signal.STOP.number());
        Processes.kill(guard, Signal.STOP.number());
        first.kill();
        ChildProcess second = demo();
        berth.await(
                second, "its guard (pid " + guard + ") is stopped; resume it: kill -CONT " + guard);
        Processes.kill(guard, Signal.CONT.number());
        berth.await(second, "All workers are ready");
        Await.until(
                PATIENCE, () -> ProcessList.of(guard).isEmpty(), () -> "the guard does not end");
        ChildProcess status = berth.start("status", "demo");
        assertThat(status.awaitExit(PATIENCE)).as("%s", status.output()).isZero();
        assertThat(status.output().getFirst()).contains("demo (pid " + second.pid() + ")");
    }

    @Test
    void aStoppedGuardIsResumed() throws Exception {
        ChildProcess first = demo();
        berth.await(first, "All workers are ready");
        int guard = guardOf(first);
        Processes.kill(guard, Signal.STOP.number());
        berth.await(first, "the guard process was stopped; Berth resumed it");
        Await.until(PATIENCE, () -> !Processes.stopped(guard), () -> "still stopped");
    }
}
