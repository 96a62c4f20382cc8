package dev.berth.supervise.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.CpuTime;
import dev.berth.net.ListenAddress;
import dev.berth.net.RunQueue;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.contract.ServiceSpecs;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Set;

/// What is reported about a worker that is not ready in time; its 60 s are the default settings'.
final class StartTimeoutReportTest {
    private static final CpuTime NONE = new CpuTime(0, 0);
    private static final RunQueue IDLE = new RunQueue(1, 2);

    private static LateWorkerScan tcp(String... addresses) {
        return new LateWorkerScan(true, list(addresses), List.of(), List.of(), NONE, NONE, IDLE);
    }

    private static LateWorkerScan silent(CpuTime total, CpuTime lately, RunQueue queue) {
        return new LateWorkerScan(true, List.of(), List.of(), List.of(), total, lately, queue);
    }

    private static List<ListenAddress> list(String... addresses) {
        return List.of(addresses).stream().map(ListenAddress::parse).toList();
    }

    private static StartTimeoutReport late(ServiceSpec spec, Set<Integer> asked, boolean replaces) {
        return new StartTimeoutReport(spec, asked, true, List.of(), replaces);
    }

    @Test
    void aRequestedPortIsNotReportedAsChosenByTheKernel() {
        LateWorkerScan found = tcp("127.0.0.1:40000");

        assertThat(late(ServiceSpecs.named(8080), Set.of(), false).silent(found))
                .contains("a port that the kernel chose")
                .endsWith("make the program listen on port 8080");
        assertThat(late(ServiceSpecs.named(8080), Set.of(40_000), false).silent(found))
                .contains("not what -p and -l name: port 8080")
                .endsWith("start with -p 40000");
        assertThat(late(ServiceSpecs.named(8080), Set.of(40_000), true).silent(found))
                .contains("a roll does not change what is shared: port 8080")
                .endsWith("start it again with -p 40000");
    }

    @Test
    void ifBindsAreNotSeenNothingIsInferredFromThePort() {
        StartTimeoutReport report =
                new StartTimeoutReport(ServiceSpecs.named(8080), Set.of(), false, List.of(), false);

        assertThat(report.silent(tcp("127.0.0.1:40000"))).doesNotContain("the kernel chose");
    }

    @Test
    void aPrivatePortIsNotTheService() {
        StartTimeoutReport report =
                new StartTimeoutReport(
                        ServiceSpecs.named(8080),
                        Set.of(9000),
                        true,
                        list("127.0.0.1:9001"),
                        false);

        assertThat(report.silent(tcp("127.0.0.1:9001")))
                .contains(
                        "it listens on nothing but tcp://127.0.0.1:9001 of --private and is"
                                + " sleeping");
    }

    /// For example, if two pm2-runtime processes are started at once with the same home, the second
    /// one waits for the daemon of the first.
    @Test
    void aUnixSocketMayBelongToADaemonThatWorkersShare() {
        LateWorkerScan found =
                new LateWorkerScan(
                        true, List.of(), List.of("/run/pm2/pub.sock"), List.of(), NONE, NONE, IDLE);

        assertThat(late(ServiceSpecs.named(8080), Set.of(), false).silent(found))
                .contains("make the program listen on port 8080")
                .contains("its own home or pid file with {slot}.{generation}");
    }

    @Test
    void possiblyUnseenSocketsAreMentioned() {
        LateWorkerScan found =
                new LateWorkerScan(false, List.of(), List.of(), List.of(), NONE, NONE, IDLE);

        assertThat(late(ServiceSpecs.named(8080), Set.of(), false).silent(found))
                .contains("what it listens on could not be seen")
                .doesNotContain("nothing");
    }

    @Test
    void aBusyWorkerOnACrowdedMachineIsReportedWithTheAdviceForMoreTime() {
        CpuTime total = new CpuTime(10_000, 50_000);
        RunQueue crowded = new RunQueue(25, 2);

        assertThat(
                        late(ServiceSpecs.named(8080), Set.of(), false)
                                .silent(silent(total, new CpuTime(10, 290), crowded)))
                .isEqualTo(
                        "did not listen within 60 s: it listens on nothing and is still working: it"
                                + " has used 10 s of CPU time and waited 50 s for a CPU (25"
                                + " runnable threads on 2 CPUs now); give it more time:"
                                + " --start-timeout 360s");
    }

    @Test
    void theMachineIsNotBlamedIfTheWorkerSleeps() {
        CpuTime total = new CpuTime(1_500, 100);
        RunQueue crowded = new RunQueue(25, 2);

        assertThat(
                        late(ServiceSpecs.named(8080), Set.of(), false)
                                .silent(silent(total, NONE, crowded)))
                .contains("is sleeping: it has used 1.5 s of CPU time, none in the last 300 ms")
                .contains("waits for something")
                .doesNotContain("runnable threads")
                .endsWith("--start-timeout 120s");
    }
}
