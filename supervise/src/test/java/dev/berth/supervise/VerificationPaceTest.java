package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.lifecycle.Event;
import dev.berth.supervise.lifecycle.VerificationResult;
import dev.berth.supervise.steering.ConnectionSource;
import dev.berth.supervise.watch.AcceptWaitCheck;
import dev.berth.supervise.watch.VerificationMonitor;
import dev.berth.testkit.LeakCheck;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.List;
import java.util.Optional;

/// How a new worker is checked until it has shown that it accepts, on a clock that only the test
/// moves.
@ExtendWith(LeakCheck.class)
final class VerificationPaceTest {
    private MonitoredWorker bench;
    private VerificationMonitor monitor;
    private boolean wanted = true;

    @BeforeEach
    void open() throws Exception {
        bench = new MonitoredWorker();
        monitor =
                new VerificationMonitor(
                        bench.resources,
                        new ConnectionSource(bench.registry, Optional.empty()),
                        new AcceptWaitCheck(bench.registry, bench.resources),
                        _ -> wanted,
                        bench.events::add);
    }

    @AfterEach
    void close() throws Exception {
        wanted = false;
        bench.close();
    }

    private List<VerificationResult> results() {
        return bench.events.stream()
                .map(event -> ((Event.VerificationSampled) event).result())
                .toList();
    }

    private void passUntil(VerificationResult result) {
        bench.passUntil(() -> results().contains(result));
    }

    @Test
    void aWorkerThatAnsweredIsAcceptedOnceItHasLivedOn() {
        bench.tables.connections(MonitoredWorker.connection(10, -1));
        monitor.watch(bench.worker);
        passUntil(VerificationResult.TAKEN);
        bench.pass(1_000);
        assertThat(results()).doesNotContain(VerificationResult.ACCEPTED);

        long answered = bench.clock.millis();
        bench.tables.connections(MonitoredWorker.connection(0, 10));
        passUntil(VerificationResult.ACCEPTED);
        assertThat(bench.clock.millis() - answered).isGreaterThanOrEqualTo(300);
        assertThat(results())
                .containsExactly(VerificationResult.TAKEN, VerificationResult.ACCEPTED);
    }

    @Test
    void aConnectionThatIsGoneWasClosedByTheWorker() {
        bench.tables.connections(MonitoredWorker.connection(10, -1));
        monitor.watch(bench.worker);
        passUntil(VerificationResult.TAKEN);
        bench.tables.connections();
        passUntil(VerificationResult.ACCEPTED);
    }

    @Test
    void looksTakeATenthOfTheTime() {
        bench.tables.connections(MonitoredWorker.connection(10, -1));
        bench.tables.take(20);
        monitor.watch(bench.worker);
        bench.pass(4_000);
        List<Long> looks = bench.tables.looks();
        assertThat(looks.size()).isGreaterThan(3);
        for (int i = 1; i < looks.size(); i++) {
            assertThat(looks.get(i) - looks.get(i - 1)).isGreaterThanOrEqualTo(20 + 10 * 20);
        }
    }

    @Test
    void whatCannotBeReadDoesNotCountAgainstIt() {
        bench.tables.fail(true);
        monitor.watch(bench.worker);
        passUntil(VerificationResult.ACCEPTED);
    }

    @Test
    void oneLookIsInProgressAtATimeHoweverOftenItIsAskedFor() {
        bench.tables.connections(MonitoredWorker.connection(10, -1));
        bench.tables.shut();
        monitor.watch(bench.worker);
        bench.passUntil(bench.tables::waiting);
        monitor.watch(bench.worker);
        bench.pass(500);
        assertThat(bench.tables.looks()).hasSize(1);

        bench.tables.open();
        passUntil(VerificationResult.TAKEN);
        int reported = bench.events.size();
        monitor.watch(bench.worker);
        bench.passUntil(() -> bench.events.size() > reported);
        assertThat(results()).containsOnly(VerificationResult.TAKEN);
    }

    @Test
    void aLookThatIsNotDoneInTimeSaysNothingAndIsRepeated() {
        bench.tables.connections(MonitoredWorker.connection(10, -1));
        bench.tables.shut();
        monitor.watch(bench.worker);
        bench.passUntil(bench.tables::waiting);
        bench.pass(12_000);
        assertThat(results()).isEmpty();

        bench.tables.open();
        passUntil(VerificationResult.TAKEN);
        assertThat(results()).containsOnly(VerificationResult.TAKEN);
    }

    @Test
    void itEndsWhenItIsNotWantedAnyMore() {
        bench.tables.connections(MonitoredWorker.connection(10, -1));
        monitor.watch(bench.worker);
        passUntil(VerificationResult.TAKEN);
        wanted = false;
        bench.pass(1_000);
        int looks = bench.tables.looks().size();
        bench.pass(1_000);
        assertThat(bench.tables.looks()).hasSize(looks);
    }
}
