package dev.berth.supervise.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.SettingsVariants;

import org.junit.jupiter.api.Test;

import java.time.Duration;

/// The end of `--start-timeout`: the worker is inspected, and the findings are reported.
final class StartTimeoutTest {
    @Test
    void theFindingsAreReported() {
        TransitionScript script =
                TransitionScript.begun(Settings.defaults(), 1).located("listens elsewhere");

        script.pass(60);

        assertThat(script.said()).contains("slot 0.1 (pid 100) listens elsewhere");
    }

    @Test
    void aSlowInspectionIsNotWaitedFor() {
        TransitionScript script = TransitionScript.begun(Settings.defaults(), 1).located("");

        script.pass(60);
        assertThat(script.phase(0, 1)).isEqualTo(Phase.STARTING);
        script.pass(Duration.ofMillis(StartTimeout.INSPECTION_MILLIS));

        assertThat(script.said()).contains("did not listen within 60 s");
        assertThat(script.phase(0, 1)).isEqualTo(Phase.STOPPING);
    }

    @Test
    void aWorkerThatListensDuringTheInspectionIsTooLate() {
        TransitionScript script = TransitionScript.begun(Settings.defaults(), 1).located("");

        script.pass(60).listens(0, 1);

        assertThat(script.phase(0, 1)).isEqualTo(Phase.STARTING);
    }

    @Test
    void aWorkerThatListensButNeverSaysReadyIsInspectedToo() {
        TransitionScript script = TransitionScript.begun(SettingsVariants.announced(), 1);

        script.listens(0, 1).pass(60);

        assertThat(script.said()).contains("listens, but was not ready within 60 s; it sleeps");
    }

    @Test
    void aWorkerThatSaysReadyDuringTheInspectionIsReady() {
        TransitionScript script =
                TransitionScript.begun(SettingsVariants.announced(), 1).located("");

        script.listens(0, 1).pass(60).announces(0, 1);

        assertThat(script.phase(0, 1)).isEqualTo(Phase.READY);
    }
}
