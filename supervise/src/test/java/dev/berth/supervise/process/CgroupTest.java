package dev.berth.supervise.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.TreeTest;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.LeakCheck;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// Cgroups, if this system has them for us; if it has none, that there is none.
@ExtendWith(LeakCheck.class)
class CgroupTest {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final WorkerId ID = new WorkerId(1, 2);

    private final String name = "cgroup-" + ProcessHandle.current().pid();

    @Test
    void processesOfAWorkerAreInItsGroupAndEndWithIt() throws Exception {
        Optional<Cgroup> created = Cgroup.create(name);
        try (ChildProcess shell = ChildProcess.start("sh", "-c", "sleep 0.3; sleep 100 & wait")) {
            if (created.isPresent()) {
                try (Cgroup group = created.get()) {
                    group.add(ID, shell.pid());
                    assertThat(group.pids(ID)).contains(shell.pid());
                    assertThat(group.pids(new WorkerId(1, 3))).isEmpty();
                    group.kill(ID);
                    assertThat(shell.awaitExit(LIMIT)).isEqualTo(128 + 9);
                }
            }
        }
        assertThat(TreeTest.groups(name)).isEmpty();
    }

    @Test
    void groupsThatAWorkerCreatedAreRemovedWithTheirProcesses() throws Exception {
        Optional<Cgroup> created = Cgroup.create(name);
        try (ChildProcess sleep = ChildProcess.start("sleep", "100")) {
            if (created.isPresent()) {
                try (Cgroup group = created.get()) {
                    group.add(ID, sleep.pid());
                    Path inner = Files.createDirectory(group.path().resolve("1.2/inner"));
                    Files.writeString(inner.resolve("cgroup.procs"), "" + sleep.pid());
                }
                assertThat(sleep.awaitExit(LIMIT)).isEqualTo(128 + 9);
            }
        }
        assertThat(TreeTest.groups(name)).isEmpty();
    }

    /// On a busy machine a killed process takes seconds to end. Here another process enters the
    /// group when the first has been killed, and leaves it after two seconds.
    @Test
    void aGroupThatIsInUseForSecondsIsRemovedAllTheSame() throws Exception {
        boolean entered = !Cgroup.available();
        for (int i = 0; i < 100 && !entered; i++) {
            Cgroup group = Cgroup.create(name).orElseThrow();
            String script =
                    "sleep 100 & echo $!; wait; echo $$ >%s/cgroup.procs && echo IN; sleep 2";
            try (ChildProcess late =
                    ChildProcess.start("sh", "-c", script.formatted(group.path()))) {
                String victim = late.awaitLine(line -> line.matches("[0-9]+"), LIMIT);
                group.add(ID, Integer.parseInt(victim));
                group.close();
                entered = late.output().contains("IN");
            }
            assertThat(TreeTest.groups(name)).isEmpty();
        }
        assertThat(entered).isTrue();
    }

    @Test
    void anEmptyGroupWithThatNameIsReused() throws IOException {
        Optional<Cgroup> first = Cgroup.create(name);
        Optional<Cgroup> second = Cgroup.create(name);
        assertThat(second.map(Cgroup::path)).isEqualTo(first.map(Cgroup::path));
        second.ifPresent(Cgroup::close);
        first.ifPresent(Cgroup::close);
        assertThat(TreeTest.groups(name)).isEmpty();
    }
}
