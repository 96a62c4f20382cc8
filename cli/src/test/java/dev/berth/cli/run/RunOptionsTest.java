package dev.berth.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.cli.command.UsageException;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.SocketSource;
import dev.berth.supervise.contract.SteeringBackend;
import dev.berth.supervise.contract.Timeouts;
import dev.berth.supervise.contract.Timing;
import dev.berth.sys.Signal;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Optional;

class RunOptionsTest {
    private static ServiceSpec read(String... words) throws UsageException {
        return ServiceReader.read(new RunCommand().parser("run").parseArgs(words))
                .services()
                .getFirst()
                .spec();
    }

    @Test
    void defaultsAreThoseOfTheSettings() throws UsageException {
        ServiceSpec spec = read("server");
        assertThat(spec.settings()).isEqualTo(Settings.defaults());
        assertThat(spec.workers().count()).isEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(spec.sockets()).isInstanceOf(SocketSource.Intercept.class);
        assertThat(spec.steering().backend()).isEqualTo(SteeringBackend.AUTO);
        assertThat(spec.process().stopSignal()).isEqualTo(Signal.TERM);
        assertThat(spec.backlog()).isEqualTo(4096);
        assertThat(spec.ports()).isEmpty();
        assertThat(spec.listen()).isEmpty();
    }

    @Test
    void everyOptionReachesThePlan() throws UsageException {
        ServiceSpec spec =
                read(
                        "-p 80 -p 81 -l tcp://[::]:90 --private 9000 --private 9100 -n 3 --env A=1"
                                .concat(" --env B=x=y --bpf cbpf --adopt listen-fds --fd0")
                                .concat(
                                        " --settle 200ms --start-timeout 2m --drain 1.5s --grace"
                                                + " 1h")
                                .concat(" --give-up 7s --stagger 0 --ready notify --backlog 5")
                                .concat(
                                        " --stop-signal QUIT --steer weighted:1=5% --slow-start 9s"
                                            + " --idle 2.5s --max-connections 7 -- cmd -p 1 -- x")
                                .split(" "));
        assertThat(spec.ports()).containsExactly(80, 81);
        assertThat(spec.listen()).hasToString("[tcp://[::]:90]");
        assertThat(spec.privatePorts()).containsExactly(9000, 9100);
        assertThat(spec.workers().count()).isEqualTo(3);
        assertThat(spec.process().environment()).containsEntry("A", "1").containsEntry("B", "x=y");
        assertThat(spec.steering().backend()).isEqualTo(SteeringBackend.CBPF);
        assertThat(spec.policy()).isEqualTo(Policy.parse("weighted:1=5%"));
        assertThat(spec.steering().maxConnections()).hasValue(7);
        assertThat(spec.sockets()).isInstanceOf(SocketSource.Activate.class);
        assertThat(((SocketSource.Activate) spec.sockets()).firstAtZero()).isTrue();
        assertThat(spec.process().stopSignal()).isEqualTo(Signal.QUIT);
        assertThat(spec.backlog()).isEqualTo(5);
        assertThat(spec.command().words()).containsExactly("cmd", "-p", "1", "--", "x");
        assertThat(spec.settings())
                .isEqualTo(
                        new Settings(
                                new Timing(
                                        new Timeouts(
                                                Duration.ofMillis(200),
                                                Duration.ofMinutes(2),
                                                Duration.ofMillis(1500),
                                                Duration.ofMillis(2500),
                                                Duration.ofHours(1),
                                                Duration.ofSeconds(7)),
                                        Optional.of(Duration.ZERO),
                                        Settings.PROVE),
                                Settings.Ready.ANNOUNCED,
                                true,
                                Duration.ofSeconds(9),
                                false));
    }

    @Test
    void theCommandNeedsNoDashes() throws UsageException {
        assertThat(read("-n", "2", "python3", "-m", "http.server").command().words())
                .containsExactly("python3", "-m", "http.server");
    }

    @Test
    void aProbeDecidesReadiness() throws UsageException {
        ServiceSpec spec = read("--probe", "http://127.0.0.1:900{slot}/up", "x");
        assertThat(spec.settings().ready()).isEqualTo(Settings.Ready.ANNOUNCED);
        assertThat(spec.probe()).isPresent();
    }

    @Test
    void workersOfADatagramSocketDoNotOverlap() throws UsageException {
        assertThat(read("-l", "udp://:5353", "x").settings().overlap()).isFalse();
        assertThat(read("-l", "tcp://:5353", "x").settings().overlap()).isTrue();
    }

    @Test
    void theDefaultNameIsDerivedFromTheProgram() throws UsageException {
        assertThat(read("/usr/bin/python3.11").name()).isEqualTo("python3.11");
        assertThat(read("./my server!").name()).isEqualTo("my-server-");
        assertThat(read("./.hidden").name()).isEqualTo("hidden");
        assertThat(read("{slot}/x").name()).isEqualTo("berth");
        assertThat(read("x".repeat(200)).name()).hasSize(50);
    }

    @Test
    void aDispatcherHasItsOwnDefaultPolicyAndReadiness() throws UsageException {
        ServiceSpec spec = read("--share", "dispatch", "-p", "80", "--", "server");
        assertThat(spec.sockets()).isInstanceOf(SocketSource.Dispatch.class);
        assertThat(spec.policy()).isEqualTo(new Policy.RoundRobin());
        assertThat(spec.settings().ready()).isEqualTo(Settings.Ready.READY_PROTOCOL);
    }

    @Test
    void optionsThatDoNotApplyToADispatcherAreRefused() {
        assertThatThrownBy(() -> read("--share", "dispatch", "--", "server"))
                .hasMessageContaining("-p 8080");
        assertThatThrownBy(() -> read("--share", "dispatch", "-l", "udp://:53", "--", "server"))
                .hasMessageContaining("a dispatcher handles TCP connections only, not datagrams");
        assertThatThrownBy(
                        () -> read("--share", "dispatch", "-p", "80", "--adopt", "bind", "server"))
                .hasMessageContaining("--adopt cannot be used with --share dispatch");
        assertThatThrownBy(
                        () ->
                                read(
                                        "--share",
                                        "dispatch",
                                        "-p",
                                        "80",
                                        "--allow-new-addresses",
                                        "server"))
                .hasMessageContaining("--allow-new-addresses cannot be used with --share dispatch");
        assertThatThrownBy(
                        () -> read("--share", "dispatch", "-l", ":80", "-l", "[::]:80", "server"))
                .hasMessageContaining("tcp://0.0.0.0:80 is covered by tcp://[::]:80");
        assertThatThrownBy(() -> read("--proxy-protocol", "required", "--", "server"))
                .hasMessageContaining("--proxy-protocol requires --share dispatch");
        assertThatThrownBy(() -> read("--adopt", "dispatch", "--", "server"))
                .hasMessageContaining("unknown adopt mode");
    }
}
