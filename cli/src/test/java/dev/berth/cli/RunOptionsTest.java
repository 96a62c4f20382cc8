package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.Adopt;
import dev.berth.supervise.Plan;
import dev.berth.supervise.Settings;
import dev.berth.supervise.Steer;
import dev.berth.sys.Signal;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

class RunOptionsTest {
    private static RunOptions read(String... words) throws UsageException {
        return RunOptions.read(Main.commandLine(Verb.RUN, new RunCommand()).parseArgs(words));
    }

    private static Plan plan(String... words) throws UsageException {
        return read(words).plan("x", Path.of("/run/x"), Path.of("/"), Optional.empty());
    }

    @Test
    void defaultsAreThoseOfTheSettings() throws UsageException {
        Plan plan = plan("server");
        assertThat(plan.settings()).isEqualTo(Settings.defaults());
        assertThat(plan.workers()).isEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(plan.adopt()).isEqualTo(Adopt.SECCOMP);
        assertThat(plan.steer()).isEqualTo(Steer.AUTO);
        assertThat(plan.stopSignal()).isEqualTo(Signal.TERM);
        assertThat(plan.backlog()).isEqualTo(4096);
        assertThat(plan.ports()).isEmpty();
        assertThat(plan.listen()).isEmpty();
    }

    @Test
    void everyOptionReachesThePlan() throws UsageException {
        Plan plan =
                plan(
                        "-p 80 -p 81 -l tcp://[::]:90 --private 9000 --private 9100 -n 3 --env A=1"
                                .concat(" --env B=x=y --bpf classic --adopt listen-fds --fd0")
                                .concat(
                                        " --settle 200ms --start-timeout 2m --drain 1.5s --grace"
                                                + " 1h")
                                .concat(" --give-up 7s --stagger 0 --ready notify --backlog 5")
                                .concat(" --stop-signal QUIT --steer hash -- cmd -p 1 -- x")
                                .split(" "));
        assertThat(plan.ports()).containsExactly(80, 81);
        assertThat(plan.listen()).hasToString("[tcp://[::]:90]");
        assertThat(plan.privatePorts()).containsExactly(9000, 9100);
        assertThat(plan.workers()).isEqualTo(3);
        assertThat(plan.environment()).containsEntry("A", "1").containsEntry("B", "x=y");
        assertThat(plan.steer()).isEqualTo(Steer.CLASSIC);
        assertThat(plan.adopt()).isEqualTo(Adopt.LISTEN_FDS);
        assertThat(plan.firstAtZero()).isTrue();
        assertThat(plan.stopSignal()).isEqualTo(Signal.QUIT);
        assertThat(plan.backlog()).isEqualTo(5);
        assertThat(plan.command().words()).containsExactly("cmd", "-p", "1", "--", "x");
        assertThat(plan.settings())
                .isEqualTo(
                        new Settings(
                                Duration.ofMillis(200),
                                Duration.ofMinutes(2),
                                Duration.ofMillis(1500),
                                Duration.ofHours(1),
                                Duration.ofSeconds(7),
                                Optional.of(Duration.ZERO),
                                Settings.Ready.ANNOUNCED,
                                true));
    }

    @Test
    void theCommandNeedsNoDashes() throws UsageException {
        assertThat(plan("-n", "2", "python3", "-m", "http.server").command().words())
                .containsExactly("python3", "-m", "http.server");
    }

    @Test
    void aProbeMakesReadyWhatAnswersIt() throws UsageException {
        Plan plan = plan("--probe", "http://127.0.0.1:900{slot}/up", "x");
        assertThat(plan.settings().ready()).isEqualTo(Settings.Ready.ANNOUNCED);
        assertThat(plan.probe()).isPresent();
    }

    @Test
    void workersOfADatagramSocketDoNotOverlap() throws UsageException {
        assertThat(plan("-l", "udp://:5353", "x").settings().overlap()).isFalse();
        assertThat(plan("-l", "tcp://:5353", "x").settings().overlap()).isTrue();
    }

    @Test
    void theNameIsTheProgramsAsFarAsItCanBe() throws UsageException {
        assertThat(read("/usr/bin/python3.11").programName()).isEqualTo("python3.11");
        assertThat(read("./my server!").programName()).isEqualTo("my-server-");
        assertThat(read("./.hidden").programName()).isEqualTo("hidden");
        assertThat(read("{slot}/x").programName()).isEqualTo("berth");
        assertThat(read("x".repeat(200)).programName()).hasSize(50);
    }
}
