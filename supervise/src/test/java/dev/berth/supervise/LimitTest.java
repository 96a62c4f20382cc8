package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.sys.Processes;
import dev.berth.sys.Signal;
import dev.berth.testkit.Await;
import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// A supervisor that no more descriptors are granted to: it serves on, and can be commanded when
/// that is over.
@ExtendWith(LeakCheck.class)
@RequiresRoot
@RequiresProgram({"python3", "prlimit"})
class LimitTest {
    /// Sets the soft limit.
    private static void limit(ChildProcess jvm, String what, int most) throws Exception {
        try (ChildProcess change =
                ChildProcess.start("prlimit", "--pid=" + jvm.pid(), what + "=" + most + ":")) {
            assertThat(change.awaitExit(Rig.LIMIT)).as(change.output().toString()).isZero();
        }
    }

    private static void awaitReady(ChildProcess jvm, String pattern, int count) {
        Await.until(
                Rig.LIMIT.multipliedBy(3),
                () -> jvm.output().stream().filter(line -> line.matches(pattern)).count() >= count,
                () -> jvm.output().toString());
    }

    private static void kill(int port) throws IOException {
        Processes.kill(Integer.parseInt(Rig.ask(port)), Signal.KILL.number());
    }

    /// At 40 there are not enough for all that a start takes.
    @Test
    void aCrashAtTheLimitOfDescriptorsEndsNobodyElse() throws Exception {
        for (int most : List.of(40, 64, 256)) {
            int port = FreePort.tcp();
            Path runtime = Rig.directory();
            Path classes = runtime.resolveSibling(runtime.getFileName() + "-classes");
            try (ChildProcess jvm =
                    LoneSupervisor.start(runtime, List.of(), true, 2, Programs.server(port, ""))) {
                awaitReady(jvm, "slot \\d\\.1 is ready.*", 2);
                limit(jvm, "--nofile", most);
                kill(port);
                Rig.ask(port);
                limit(jvm, "--nofile", 1_024);
                awaitReady(jvm, "slot \\d\\.2 is ready.*", 1);
                LoneSupervisor.order(runtime, "stop");
                assertThat(jvm.awaitExit(Rig.LIMIT)).isZero();
            } finally {
                Rig.delete(runtime);
                Rig.delete(classes);
            }
        }
    }
}
