package dev.berth.supervise.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.UserMessages;
import dev.berth.supervise.contract.WorkerFailure;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.sys.ExitStatus;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;

class ExitReportTest {
    private static final Worker WORKER =
            Worker.starting(new WorkerId(2, 7), TransitionScript.OLD, 0, Settings.defaults())
                    .withPid(42);

    private static Event.Exited exited(ExitStatus status, int survivors, String words) {
        return new Event.Exited(WORKER.id(), status, survivors, words, false);
    }

    private static String atStart(Worker worker, Event.Exited exited, boolean readyProtocol) {
        return UserMessages.of(
                new WorkerFailure.ExitedAtStart(
                        ended(worker, exited),
                        worker.phase() == Phase.SETTLING,
                        exited.leftovers(),
                        readyProtocol));
    }

    private static String crash(Worker worker, Event.Exited exited) {
        return UserMessages.of(new WorkerFailure.Crashed(ended(worker, exited)));
    }

    private static WorkerFailure.Ended ended(Worker worker, Event.Exited exited) {
        return new WorkerFailure.Ended(
                worker.id(), worker.pid(), exited.status(), exited.lastOutput());
    }

    @Test
    void howAndWhenItEndedAndItsLastOutputAreReported() {
        assertThat(atStart(WORKER, exited(ExitStatus.exited(1), 0, "oops\nbad port\n"), false))
                .isEqualTo(
                        "slot 2.7 (pid 42) ended at start: exit 1; its last output:\n"
                                + "    oops\n"
                                + "    bad port");
        assertThat(
                        atStart(
                                WORKER.inPhase(Phase.SETTLING, 0, 0),
                                exited(ExitStatus.killed(9), 0, ""),
                                false))
                .isEqualTo(
                        "slot 2.7 (pid 42) ended right after it listened: killed by SIGKILL (9)");
        assertThat(crash(WORKER, exited(ExitStatus.exited(0), 3, "")))
                .isEqualTo("slot 2.7 (pid 42) exited unexpectedly: exit 0");
    }

    @Test
    void onlyASuccessfulExitWithSurvivorsMeansGoingToTheBackground() {
        assertThat(atStart(WORKER, exited(ExitStatus.exited(0), 1, ""), false))
                .contains("went into the background");
        assertThat(atStart(WORKER, exited(ExitStatus.exited(0), 0, ""), false))
                .contains("ended at start: exit 0");
        assertThat(atStart(WORKER, exited(ExitStatus.exited(1), 1, ""), false))
                .contains("ended at start: exit 1");
        assertThat(atStart(WORKER, exited(ExitStatus.killed(15), 1, ""), false))
                .contains("ended at start: killed by");
    }

    @Test
    void aProgramThatBindsTheDispatchersPortGetsAnExplanation() {
        String python = "OSError: [Errno 98] Address already in use\n";
        for (String words : List.of(python, "Error: listen EADDRINUSE :::80", "It is fine")) {
            boolean taken = !words.equals("It is fine");
            Event.Exited ended = exited(ExitStatus.exited(1), 0, words);
            String told = atStart(WORKER, ended, true);
            assertThat(told.contains("Berth itself listens")).isEqualTo(taken);
            assertThat(atStart(WORKER, ended, false)).doesNotContain("Berth");
        }
    }

    @Test
    void durationsAreInSeconds() {
        assertThat(UserMessages.seconds(Duration.ofSeconds(60))).isEqualTo("60 s");
        assertThat(UserMessages.seconds(Duration.ofMillis(250))).isEqualTo("0.3 s");
        assertThat(UserMessages.seconds(Duration.ofMillis(1_500))).isEqualTo("1.5 s");
        assertThat(UserMessages.seconds(Duration.ZERO)).isEqualTo("0 s");
    }

    @Test
    void aProgramThatDefersToARunningInstanceGetsAnExplanation() {
        for (String words :
                List.of(
                        "[PM2][ERROR] Script already launched, add -f option",
                        "httpd (pid 4711) already running",
                        "Starting hot deployment for Hypnotoad server 99.")) {
            assertThat(atStart(WORKER, exited(ExitStatus.exited(0), 0, words), false))
                    .contains("reported that it is already running")
                    .contains("{slot}.{generation}")
                    .contains(words);
        }
    }

    @Test
    void aProgramThatIsNotAServerGetsAnExplanation() {
        assertThat(atStart(WORKER, exited(ExitStatus.exited(0), 0, ""), false))
                .contains("without listening; Berth runs servers");
        assertThat(atStart(WORKER, exited(ExitStatus.exited(1), 0, ""), false))
                .doesNotContain("servers");
    }

    @Test
    void aCommandLineThatTheProgramDoesNotUnderstandIsRecognized() {
        assertThat(CommandLineError.reported(exited(ExitStatus.exited(2), 0, "usage: app [-h]")))
                .isTrue();
        assertThat(CommandLineError.reported(exited(ExitStatus.exited(64), 0, "Unknown option: x")))
                .isTrue();
        assertThat(CommandLineError.reported(exited(ExitStatus.exited(2), 0, "no such table")))
                .isFalse();
        assertThat(CommandLineError.reported(exited(ExitStatus.exited(1), 0, "usage: app [-h]")))
                .isFalse();
        assertThat(CommandLineError.reported(exited(ExitStatus.killed(2), 0, "usage: app")))
                .isFalse();
    }
}
