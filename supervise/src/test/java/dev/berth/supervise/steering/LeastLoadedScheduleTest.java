package dev.berth.supervise.steering;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.testkit.SeededRandom;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

final class LeastLoadedScheduleTest {
    private static LeastLoadedSchedule.Candidate candidate(double load) {
        return new LeastLoadedSchedule.Candidate(load, 1, 0);
    }

    @Test
    void theLeastLoadedComesFirstUntilAllAreEqual() {
        int[] plan = LeastLoadedSchedule.of(List.of(candidate(5), candidate(2), candidate(4)), 8);
        assertThat(plan).containsExactly(1, 1, 2, 1, 0, 2, 1, 0);
    }

    @Test
    void equalListenersTakeTurnsWhereTheyLeftOff() {
        List<LeastLoadedSchedule.Candidate> equal = new ArrayList<>();
        for (long turn : new long[] {7, 5, 6}) {
            equal.add(new LeastLoadedSchedule.Candidate(3, 1, turn));
        }
        assertThat(LeastLoadedSchedule.of(equal, 6)).containsExactly(1, 2, 0, 1, 2, 0);
    }

    @Test
    void aListenerWithLessWeightGetsItsPartOfTheLoad() {
        int[] plan =
                LeastLoadedSchedule.of(
                        List.of(candidate(0), new LeastLoadedSchedule.Candidate(0, 0.1, 0)), 110);
        assertThat(Arrays.stream(plan).filter(member -> member == 1)).hasSize(10);
        assertThat(plan[0]).isZero();
    }

    @Test
    void withoutListenersThereIsNoPlan() {
        assertThat(LeastLoadedSchedule.of(List.of(), 10)).isEmpty();
    }

    @Test
    void anyPlanLeavesTheLoadsAsEvenAsPossible() {
        SeededRandom random = SeededRandom.create("loads");
        for (int round = 0; round < 300; round++) {
            int[] loads = new int[1 + random.nextInt(9)];
            Arrays.setAll(loads, _ -> random.nextInt(40));
            List<LeastLoadedSchedule.Candidate> all =
                    Arrays.stream(loads).mapToObj(LeastLoadedScheduleTest::candidate).toList();
            int[] after = loads.clone();
            for (int member : LeastLoadedSchedule.of(all, 1 + random.nextInt(200))) {
                int least = Arrays.stream(after).min().orElseThrow();
                assertThat(after[member]++).as(random.toString()).isEqualTo(least);
            }
        }
    }

    @Test
    void aQueueFromWhichNothingIsTakenStalls() {
        ListenerLoad load = new ListenerLoad();
        assertThat(load.record(5, 0, false, 1_000)).isTrue();
        assertThat(load.record(6, 1, false, 1_005)).isTrue();
        assertThat(load.stalled()).isFalse();
        load.record(7, 2, false, 1_010);
        assertThat(load.record(7, 2, false, 1_015)).isTrue();
        assertThat(load.stalled()).isTrue();
        assertThat(load.record(7, 2, false, 1_020)).as("nothing new").isFalse();
        load.record(7, 1, false, 1_020);
        assertThat(load.stalled()).isFalse();
    }

    @Test
    void aQueueThatFillsAsFastAsItEmptiesDoesNotStall() {
        ListenerLoad load = new ListenerLoad();
        for (int i = 0; i < 100; i++) {
            load.record(1_000 + 10 * i, 3, false, 5L * i);
            assertThat(load.stalled()).isFalse();
        }
    }

    @Test
    void aStoppedProcessStallsAtOnce() {
        ListenerLoad load = new ListenerLoad();
        load.record(0, 0, true, 1);
        assertThat(load.stalled()).isTrue();
        load.record(0, 0, false, 2);
        assertThat(load.stalled()).isFalse();
    }

    @Test
    void connectionsAreTheCountedOnesPlusLaterArrivals() {
        ListenerLoad load = new ListenerLoad();
        load.record(10, 0, false, 1);
        assertThat(load.connections()).as("never counted").isZero();
        load.count(4, 10);
        assertThat(load.connections()).isEqualTo(4);
        load.record(13, 0, false, 2);
        assertThat(load.connections()).isEqualTo(7);
    }
}
