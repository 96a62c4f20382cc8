package dev.berth.supervise.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.Protocol;
import dev.berth.supervise.contract.EventSink;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.process.EventLoop;
import dev.berth.supervise.process.ManualClock;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.supervise.steering.HeldSocket;
import dev.berth.supervise.steering.LoadedGroups;
import dev.berth.sys.Fd;
import dev.berth.sys.SockAddr;
import dev.berth.testkit.LeakCheck;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/// How often the load is sampled and counted, on a clock that only the test moves.
@ExtendWith(LeakCheck.class)
final class LoadMonitorTest {
    private static final GroupKey KEY =
            new GroupKey(Protocol.TCP, new SockAddr.Inet4(0, 8080), false, 0, false);

    private final ManualClock clock = new ManualClock();
    private final Groups groups = new Groups();
    private final Readings readings = new Readings();
    private final Wakeup wakeup = new Wakeup();
    private final List<String> complaints = new ArrayList<>();
    private Runnable whenStopped = () -> {};
    private EventLoop loop;
    private LoadMonitor monitor;

    /// Two listeners of two workers.
    private static final class Groups implements LoadedGroups, LoadedGroups.Group {
        private final List<HeldSocket> listeners = List.of(socket(0), socket(1));
        private final long[] steered = new long[2];
        private long version = 1;
        private int rebalanced;
        private Set<Integer> full = Set.of();

        private static HeldSocket socket(int slot) {
            return new HeldSocket(new Fd(Integer.MAX_VALUE), slot, KEY, new WorkerId(slot, 1));
        }

        double connections(int slot) {
            return listeners.get(slot).load().connections();
        }

        @Override
        public long version() {
            return version;
        }

        @Override
        public Policy policy() {
            return new Policy.LeastLoaded();
        }

        @Override
        public List<Group> loaded() {
            return List.of(this);
        }

        @Override
        public void forgetLoads() {
            listeners.forEach(socket -> socket.load().forget());
        }

        @Override
        public Set<Integer> full() {
            return full;
        }

        @Override
        public void setFull(Set<Integer> slots) {
            full = slots;
        }

        @Override
        public GroupKey key() {
            return KEY;
        }

        @Override
        public List<HeldSocket> listeners() {
            return listeners;
        }

        @Override
        public long[] steered() {
            return steered.clone();
        }

        @Override
        public void rebalance() {
            rebalanced++;
        }
    }

    /// Takes as long as the test says.
    private final class Readings implements LoadReadings {
        private final Map<WorkerId, Integer> open = new HashMap<>();
        private final List<Long> samples = new ArrayList<>();
        private final List<Long> counts = new ArrayList<>();
        private long sampleMillis;
        private long countMillis;
        private boolean failing;
        private Runnable during = () -> {};

        /// The times between the samples.
        List<Long> pauses() {
            List<Long> pauses = new ArrayList<>();
            for (int i = 1; i < samples.size(); i++) {
                pauses.add(samples.get(i) - samples.get(i - 1));
            }
            return pauses;
        }

        @Override
        public boolean anyStopped() {
            samples.add(clock.millis());
            clock.advance(sampleMillis);
            return false;
        }

        @Override
        public boolean stopped(HeldSocket socket) {
            return false;
        }

        @Override
        public List<Map<WorkerId, Integer>> connections(List<LoadedGroups.Group> of)
                throws IOException {
            if (failing) {
                throw new IOException("no rows");
            }
            counts.add(clock.millis());
            clock.advance(countMillis);
            during.run();
            return List.of(Map.copyOf(open));
        }
    }

    private static final class Wakeup implements LoadWakeup {
        private boolean armed;
        private Runnable ring = () -> {};

        @Override
        public boolean armed() {
            return armed;
        }

        @Override
        public void arm(List<HeldSocket> listeners, Runnable whenQueued) {
            armed = true;
            ring = whenQueued;
        }

        @Override
        public void close() {
            armed = false;
        }
    }

    @BeforeEach
    void open() throws Exception {
        loop = new EventLoop(complaints::add, clock);
        monitor(OptionalInt.empty());
    }

    private void monitor(OptionalInt most) {
        EventSink sink =
                new EventSink() {
                    @Override
                    public void onEvent(String text) {
                        complaints.add(text);
                    }

                    @Override
                    public void onOutput(WorkerId worker, boolean error, String line) {
                        throw new AssertionError(line);
                    }
                };
        monitor =
                new LoadMonitor(
                        loop,
                        groups,
                        new LoadSampler(groups, readings, clock),
                        new LoadMonitor.Wakeups(wakeup, ring -> whenStopped = ring),
                        sink,
                        most);
    }

    @AfterEach
    void close() {
        monitor.close();
        loop.close();
        assertThat(complaints).isEmpty();
    }

    /// Lets time pass.
    ///
    /// @param each happens every millisecond
    private void pass(long millis, Runnable each) {
        long until = clock.millis() + millis;
        while (clock.millis() < until) {
            clock.advance(1);
            each.run();
            loop.turn(loop.now());
        }
    }

    private void pass(long millis) {
        pass(millis, () -> {});
    }

    private void connect() {
        groups.steered[0]++;
    }

    /// Lets time pass until it sleeps.
    private void fallAsleep() {
        monitor.begin();
        pass(600);
        assertThat(wakeup.armed()).isTrue();
        readings.samples.clear();
        readings.counts.clear();
    }

    @Test
    void itSamplesEveryFiveMillisecondsWhileConnectionsArrive() {
        monitor.begin();
        pass(1_000, this::connect);
        assertThat(readings.pauses()).containsOnly(5L);
        assertThat(groups.rebalanced).isGreaterThan(190);
    }

    @Test
    void itDoublesThePauseUpToFortyMillisecondsWhileNoneArrive() {
        monitor.begin();
        pass(400);
        assertThat(readings.pauses()).startsWith(5L, 10L, 20L, 40L, 40L, 40L);
        assertThat(wakeup.armed()).isFalse();
    }

    @Test
    void aSampleTakesATenthOfTheTime() {
        readings.sampleMillis = 2;
        monitor.begin();
        pass(1_000, this::connect);
        assertThat(readings.pauses().subList(2, 40)).containsOnly(20L);
    }

    @Test
    void oneSampleThatWaitedForACpuDoesNotSlowItDown() {
        monitor.begin();
        pass(100, this::connect);
        readings.samples.clear();
        readings.sampleMillis = 30;
        pass(10, this::connect);
        assertThat(readings.samples).hasSize(1);
        readings.sampleMillis = 0;
        pass(50, this::connect);
        assertThat(readings.pauses()).startsWith(35L, 5L, 5L);
    }

    @Test
    void itSleepsUntilAConnectionArrives() {
        fallAsleep();
        pass(60_000);
        assertThat(readings.samples).isEmpty();

        wakeup.armed = false;
        wakeup.ring.run();
        pass(100, this::connect);
        assertThat(readings.samples.size()).isGreaterThan(15);
    }

    @Test
    void itSleepsUntilAWorkerIsStopped() {
        fallAsleep();
        whenStopped.run();
        pass(1);
        assertThat(readings.samples).hasSize(1);
        assertThat(wakeup.armed()).isFalse();
    }

    @Test
    void itSleepsUntilTheWorkersInServiceChange() {
        fallAsleep();
        monitor.follow();
        assertThat(wakeup.armed()).isTrue();

        groups.version++;
        monitor.follow();
        pass(1);
        assertThat(readings.samples).hasSize(1);
    }

    @Test
    void itDoesNotSleepBeforeHalfASecondWithoutAnything() {
        monitor.begin();
        pass(499);
        assertThat(wakeup.armed()).isFalse();
        pass(50);
        assertThat(wakeup.armed()).isTrue();
    }

    @Test
    void openConnectionsAreCountedNowAndThenWhileItSleeps() {
        readings.open.put(new WorkerId(0, 1), 3);
        readings.countMillis = 2;
        monitor.begin();
        pass(50, this::connect);
        pass(1_000);
        assertThat(groups.connections(0)).isEqualTo(3);

        readings.counts.clear();
        pass(10_000);
        // A two hundredth of the time: 2 ms in 400.
        assertThat(readings.counts.size()).isBetween(23, 25);
        assertThat(wakeup.armed()).isTrue();
    }

    @Test
    void aCheapCountIsRepeatedFourTimesASecondAtMost() {
        readings.open.put(new WorkerId(0, 1), 3);
        monitor.begin();
        pass(50, this::connect);
        pass(1_000);

        readings.counts.clear();
        pass(10_000);
        assertThat(readings.counts.size()).isBetween(38, 40);
    }

    @Test
    void countsTakeATwentiethOfTheTimeWhileConnectionsArrive() {
        readings.countMillis = 4;
        monitor.begin();
        pass(8_000, this::connect);
        assertThat(readings.counts.size() * readings.countMillis).isBetween(300L, 400L);
    }

    @Test
    void aCountDuringWhichConnectionsArriveIsDiscardedNineteenTimes() {
        readings.open.put(new WorkerId(1, 1), 7);
        readings.during = this::connect;
        monitor.begin();
        while (readings.counts.size() < 19) {
            pass(1, this::connect);
        }
        assertThat(groups.connections(1)).isZero();
        while (readings.counts.size() < 20) {
            pass(1, this::connect);
        }
        assertThat(groups.connections(1)).isEqualTo(7);
    }

    @Test
    void anExactCountStartsTheDiscardedOnesAnew() {
        readings.open.put(new WorkerId(1, 1), 7);
        readings.during = this::connect;
        monitor.begin();
        while (readings.counts.size() < 19) {
            pass(1, this::connect);
        }
        readings.during = () -> {};
        while (readings.counts.size() < 20) {
            pass(1, this::connect);
        }
        assertThat(groups.connections(1)).isEqualTo(7);

        readings.open.put(new WorkerId(1, 1), 9);
        readings.during = this::connect;
        while (readings.counts.size() < 39) {
            pass(1, this::connect);
        }
        assertThat(groups.connections(1)).isEqualTo(7);
    }

    @Test
    void aSlotIsFullAsLongAsItHasTooManyConnections() {
        monitor(OptionalInt.of(5));
        WorkerId first = new WorkerId(0, 1);
        monitor.begin();
        pass(10);
        readings.open.put(first, 5);
        groups.steered[0] += 5;
        pass(10);
        assertThat(groups.full).containsExactly(0);

        readings.open.put(first, 4);
        pass(100);
        assertThat(groups.full).isEmpty();
    }

    @Test
    void withALimitItSamplesEvenWhileItSleeps() {
        monitor(OptionalInt.of(5));
        fallAsleep();
        pass(4_000);
        assertThat(readings.samples.size()).isBetween(95, 101);
    }

    @Test
    void whatCannotBeCountedIsReportedOnceAndTriedAgain() {
        readings.failing = true;
        monitor.begin();
        pass(1_000, this::connect);
        assertThat(complaints).containsExactly("cannot measure the load of the workers: no rows");
        complaints.clear();
        assertThat(readings.pauses().subList(2, 10)).containsOnly(40L);

        readings.failing = false;
        pass(100, this::connect);
        assertThat(readings.counts).isNotEmpty();
    }
}
