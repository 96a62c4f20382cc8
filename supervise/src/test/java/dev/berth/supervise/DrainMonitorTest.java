package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.lifecycle.Event;
import dev.berth.supervise.steering.ConnectionSource;
import dev.berth.supervise.watch.DrainMonitor;
import dev.berth.testkit.LeakCheck;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.List;
import java.util.Optional;

/// When a draining worker is looked at, and when it may be stopped, on a clock that only the test
/// moves.
@ExtendWith(LeakCheck.class)
final class DrainMonitorTest {
    private static final Event.Drained DRAINED = new Event.Drained(MonitoredWorker.ID);

    private MonitoredWorker bench;
    private DrainMonitor monitor;
    private boolean drains = true;
    private boolean stops = true;
    private long begun;

    @BeforeEach
    void open() throws Exception {
        bench = new MonitoredWorker();
        monitor =
                new DrainMonitor(
                        bench.resources,
                        new ConnectionSource(bench.registry, Optional.empty()),
                        bench.sink,
                        bench.spec.settings(),
                        new DrainMonitor.Conditions(_ -> drains, _ -> stops),
                        bench.events::add);
        begun = bench.clock.millis();
    }

    @AfterEach
    void close() throws Exception {
        monitor.close();
        bench.close();
    }

    private long waited() {
        return bench.clock.millis() - begun;
    }

    private void passUntilAnEvent() {
        bench.passUntil(() -> !bench.events.isEmpty());
    }

    private long drainMillis() {
        return bench.spec.settings().timeouts().drain().toMillis();
    }

    @Test
    void aWorkerWithoutConnectionsMayStopAfterItsQueueWasEmptyForAWhile() throws Exception {
        monitor.watch(bench.worker);
        passUntilAnEvent();
        assertThat(bench.events).containsExactly(DRAINED);
        assertThat(waited()).isGreaterThanOrEqualTo(200);
    }

    @Test
    void idleConnectionsDoNotKeepIt() throws Exception {
        bench.tables.connections(MonitoredWorker.connection(0, 60_000));
        monitor.watch(bench.worker);
        passUntilAnEvent();
        assertThat(bench.events).containsExactly(DRAINED);
        // Once more, while it is frozen.
        assertThat(bench.tables.looks().size()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void aRequestInProgressKeepsItToTheEnd() throws Exception {
        bench.tables.connections(MonitoredWorker.connection(10, -1));
        monitor.watch(bench.worker);
        bench.pass(drainMillis());
        assertThat(bench.events).isEmpty();

        monitor.beforeStop(MonitoredWorker.ID);
        assertThat(bench.events)
                .containsExactly(
                        new Event.DrainExpired(
                                MonitoredWorker.ID, "1 connection with a request in progress"));
    }

    @Test
    void anAnsweredRequestKeepsItNoLonger() throws Exception {
        bench.tables.connections(MonitoredWorker.connection(10, -1));
        monitor.watch(bench.worker);
        bench.pass(1_000);
        assertThat(bench.events).isEmpty();

        bench.tables.connections(MonitoredWorker.connection(0, 60_000));
        passUntilAnEvent();
        assertThat(bench.events).containsExactly(DRAINED);
    }

    @Test
    void nearTheEndWhatMayBeIdleDoesNotKeepIt() throws Exception {
        bench.tables.connections(MonitoredWorker.unknownConnection());
        monitor.watch(bench.worker);
        passUntilAnEvent();
        assertThat(waited()).isGreaterThanOrEqualTo(drainMillis() - 1_000);
        assertThat(bench.events).hasSize(2).last().isEqualTo(DRAINED);
        assertThat(bench.events.getFirst()).isInstanceOf(Event.DrainExpired.class);
    }

    @Test
    void aWorkerThatIsNotStoppedMayBeQuietWithoutBeingFrozen() throws Exception {
        stops = false;
        bench.tables.connections(MonitoredWorker.connection(0, 60_000));
        monitor.watch(bench.worker);
        passUntilAnEvent();
        assertThat(bench.events).containsExactly(DRAINED);
    }

    @Test
    void looksTakeATenthOfTheTimeAndNearTheEndAFifth() throws Exception {
        bench.tables.connections(MonitoredWorker.connection(10, -1));
        bench.tables.take(30);
        monitor.watch(bench.worker);
        bench.pass(drainMillis() - 50);
        long late = begun + drainMillis() - 1_000;
        List<Long> looks = bench.tables.looks();
        for (int i = 1; i < looks.size(); i++) {
            long pause = looks.get(i) - looks.get(i - 1) - 30;
            if (looks.get(i) < late) {
                assertThat(pause).isGreaterThanOrEqualTo(10 * 30);
            } else if (looks.get(i - 1) >= late) {
                assertThat(pause).isGreaterThanOrEqualTo(4 * 30);
            } else {
                assertThat(looks.get(i)).isEqualTo(late);
            }
        }
        assertThat(looks.stream().filter(look -> look >= late).count()).isGreaterThan(2);
    }

    @Test
    void whatCannotBeReadIsReportedOnceAndReadAgain() throws Exception {
        monitor.watch(bench.worker);
        bench.tables.fail(true);
        bench.passUntil(() -> !bench.sink.said().isEmpty());
        bench.pass(3_000);
        assertThat(bench.sink.said())
                .containsExactly(
                        "slot 0.1 drains unobserved: no sockets, says a test; checking again until"
                                + " --drain expires");
        assertThat(bench.events).isEmpty();

        bench.tables.fail(false);
        passUntilAnEvent();
        assertThat(bench.events).containsExactly(DRAINED);
        assertThat(bench.sink.said()).hasSize(1);
    }

    @Test
    void ofWhatWasNeverReadNothingIsReportedAtTheStop() throws Exception {
        bench.tables.fail(true);
        monitor.watch(bench.worker);
        bench.passUntil(() -> !bench.sink.said().isEmpty());
        monitor.beforeStop(MonitoredWorker.ID);
        bench.pass(3_000);
        assertThat(bench.sink.said()).hasSize(1);
        assertThat(bench.events).isEmpty();
    }

    @Test
    void aLookThatTakesTooLongIsRepeatedWhenItHasEnded() throws Exception {
        bench.tables.connections(MonitoredWorker.connection(10, -1));
        monitor.watch(bench.worker);
        bench.tables.shut();
        bench.passUntil(() -> !bench.sink.said().isEmpty());
        assertThat(waited()).isGreaterThanOrEqualTo(10_000);
        assertThat(bench.sink.said())
                .containsExactly(
                        "slot 0.1 drains unobserved: its connections could not be read in time;"
                                + " checking again until --drain expires");
        int looks = bench.tables.looks().size();
        bench.pass(20_000);
        assertThat(bench.tables.looks()).hasSize(looks);

        bench.tables.connections(MonitoredWorker.connection(0, 60_000));
        bench.tables.open();
        passUntilAnEvent();
        assertThat(bench.events).containsExactly(DRAINED);
    }

    @Test
    void onAMachineThatIsShortOfCpuTheNextLookIsSoonAllTheSame() throws Exception {
        bench.tables.connections(MonitoredWorker.connection(10, -1));
        bench.tables.take(800);
        monitor.watch(bench.worker);
        bench.passUntil(() -> bench.tables.looks().size() >= 2);
        bench.tables.take(0);
        long answered = bench.clock.millis();
        bench.tables.connections(MonitoredWorker.connection(0, 60_000));
        passUntilAnEvent();
        assertThat(bench.events).containsExactly(DRAINED);
        assertThat(bench.clock.millis() - answered).isLessThan(4_000);
    }

    @Test
    void aLookThatEndsAfterTheStopChangesNothing() throws Exception {
        bench.tables.connections(MonitoredWorker.connection(10, -1));
        monitor.watch(bench.worker);
        // The second look begins when the first has been dealt with.
        bench.passUntil(() -> bench.tables.looks().size() >= 2);
        bench.tables.shut();
        bench.passUntil(bench.tables::waiting);

        monitor.beforeStop(MonitoredWorker.ID);
        assertThat(bench.events).hasSize(1).first().isInstanceOf(Event.DrainExpired.class);
        bench.tables.open();
        bench.pass(2_000);
        assertThat(bench.events).hasSize(1);
    }

    @Test
    void aCancelledDrainIsNotWatchedAnyMore() throws Exception {
        monitor.watch(bench.worker);
        bench.pass(100);
        drains = false;
        bench.pass(1_000);
        int looks = bench.tables.looks().size();
        bench.pass(1_000);
        assertThat(bench.tables.looks()).hasSize(looks);
        assertThat(bench.events).isEmpty();
    }
}
