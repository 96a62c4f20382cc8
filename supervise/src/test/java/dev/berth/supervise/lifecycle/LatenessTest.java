package dev.berth.supervise.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.Variants;

import org.junit.jupiter.api.Test;

import java.time.Duration;

/// The end of `--start-timeout`: the worker is inspected, and the findings are reported.
final class LatenessTest {
    @Test
    void theFindingsAreReported() {
        Script script = Script.begun(Settings.defaults(), 1).located("listens elsewhere");

        script.pass(60);

        assertThat(script.said()).contains("slot 0.1 (pid 100) listens elsewhere");
    }

    @Test
    void aSlowInspectionIsNotWaitedFor() {
        Script script = Script.begun(Settings.defaults(), 1).located("");

        script.pass(60);
        assertThat(script.phase(0, 1)).isEqualTo(Phase.STARTING);
        script.pass(Duration.ofMillis(Lateness.LOOK_MILLIS));

        assertThat(script.said()).contains("did not listen within 60 s");
        assertThat(script.phase(0, 1)).isEqualTo(Phase.STOPPING);
    }

    @Test
    void aWorkerThatListensDuringTheInspectionIsTooLate() {
        Script script = Script.begun(Settings.defaults(), 1).located("");

        script.pass(60).listens(0, 1);

        assertThat(script.phase(0, 1)).isEqualTo(Phase.STARTING);
    }

    @Test
    void aWorkerThatListensButNeverSaysReadyIsInspectedToo() {
        Script script = Script.begun(Variants.announced(), 1);

        script.listens(0, 1).pass(60);

        assertThat(script.said()).contains("listens, but was not ready within 60 s; it sleeps");
    }

    @Test
    void aWorkerThatSaysReadyDuringTheInspectionIsReady() {
        Script script = Script.begun(Variants.announced(), 1).located("");

        script.listens(0, 1).pass(60).announces(0, 1);

        assertThat(script.phase(0, 1)).isEqualTo(Phase.READY);
    }
}
