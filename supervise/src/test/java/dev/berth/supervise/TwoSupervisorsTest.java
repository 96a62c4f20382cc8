package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.sys.Processes;
import dev.berth.sys.Signal;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;

import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;

/// Two supervisors in one process, as for two services of one file: the workers of both are
/// children of this process.
@ExtendWith(LeakCheck.class)
@RequiresProgram("python3")
class TwoSupervisorsTest {
    private static final int CRASHES = 5;

    private static SupervisorFixture service(boolean cgroups) throws IOException {
        return SupervisorFixture.start(
                        new SupervisorFixture.Setup()
                                .command(Programs.web(FreePort.tcp()))
                                .cgroups(cgroups))
                .awaitReady();
    }

    private static int crash(SupervisorFixture service) {
        int before = service.pid(0);
        assertThat(Processes.kill(before, Signal.KILL.number())).isZero();
        service.await(
                () -> {
                    var slot = service.slot(0);
                    return slot.state().equals("ready") && slot.pid().orElse(before) != before;
                });
        return service.pid(0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCrashOfOnesWorkerLeavesTheOthersAlone(boolean cgroups) throws Exception {
        try (SupervisorFixture first = service(cgroups);
                SupervisorFixture second = service(cgroups)) {
            int bystander = second.pid(0);
            for (int i = 0; i < CRASHES; i++) {
                crash(first);
                assertThat(second.pid(0)).isEqualTo(bystander);
                assertThat(SupervisorFixture.alive(bystander)).isTrue();
            }
            int replaced = first.pid(0);
            for (int i = 0; i < CRASHES; i++) {
                crash(second);
                assertThat(first.pid(0)).isEqualTo(replaced);
            }
            assertThat(second.sink.said())
                    .filteredOn(line -> line.contains("SIGKILL"))
                    .hasSize(CRASHES);
        }
    }
}
