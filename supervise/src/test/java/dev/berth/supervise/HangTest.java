package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Status;
import dev.berth.sys.Processes;
import dev.berth.sys.Signal;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/// A worker that is alive but accepts nothing.
@RequiresRoot
@RequiresProgram("python3")
@ExtendWith(LeakCheck.class)
final class HangTest {
    @TempDir Path directory;

    @Test
    void aWorkerThatHangsIsFlaggedAndLeftAlone() throws Exception {
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory).workers(1)) {
            supervisor.start(PythonServers.plain(directory));
            int pid = supervisor.pid(0);
            try (QueuedClients queued = QueuedClients.at(supervisor, pid, 3)) {
                supervisor.awaitSaid(
                        "slot 0.1 (pid "
                                + pid
                                + ") is not accepting connections: 3 wait on tcp://0");
                Status status = supervisor.status();
                assertThat(status.slots().getFirst().stalled()).isTrue();
                assertThat(status.slots().getFirst().state()).isEqualTo("ready");
                assertThat(status.notes()).anyMatch(n -> n.startsWith("slot 0 is not accepting"));
                Processes.kill(pid, Signal.CONT.number());
                supervisor.awaitSaid(
                        "slot 0.1 (pid " + pid + ") accepts again on tcp://0.0.0.0:80");
                assertThat(supervisor.slot(0).stalled()).isFalse();
                assertThat(queued.answers()).isEqualTo(Set.of("0.1 " + pid));
            }
            assertThat(List.of(supervisor.said().split("\n")))
                    .filteredOn(line -> line.contains(" accept"))
                    .hasSize(2);
        }
    }
}
