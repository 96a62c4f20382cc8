package dev.berth.supervise.steering;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.testkit.SeededRandom;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

final class ConsistentHashTest {
    private static final int PLACES = 1024;
    private static final ConsistentHash NONE = ConsistentHash.empty(PLACES);

    private static int[] first(int slots) {
        return IntStream.range(0, slots).toArray();
    }

    private static int moved(int[] before, int[] after) {
        return (int) IntStream.range(0, PLACES).filter(i -> before[i] != after[i]).count();
    }

    private static int count(int[] homes, int slot) {
        return (int) Arrays.stream(homes).filter(home -> home == slot).count();
    }

    @Test
    void aNinthWorkerTakesANinthOfThePlacesAndNoOtherPlaceMoves() {
        ConsistentHash eight = NONE.next(first(8));
        int[] nine = eight.next(first(9)).slots();
        assertThat(moved(eight.slots(), nine)).isEqualTo(count(nine, 8)).isBetween(113, 114);
    }

    @Test
    void aWorkerThatReturnsGetsTheSamePlacesBack() {
        ConsistentHash grown = NONE;
        for (int slots = 1; slots <= 8; slots++) {
            grown = grown.next(first(slots));
        }
        for (ConsistentHash before : List.of(grown, NONE.next(first(8)))) {
            for (int gone = 0; gone < 8; gone++) {
                int slot = gone;
                int[] rest = Arrays.stream(first(8)).filter(other -> other != slot).toArray();
                ConsistentHash without = before.next(rest);
                assertThat(moved(before.slots(), without.slots())).isEqualTo(128);
                assertThat(without.next(first(8)).slots()).isEqualTo(before.slots());
            }
            ConsistentHash more = before.next(first(9));
            assertThat(more.next(first(8)).slots()).isEqualTo(before.slots());
        }
    }

    @Test
    void theTableIsTheSameEverywhere() {
        assertThat(ConsistentHash.empty(PLACES).next(first(5)).slots())
                .isEqualTo(NONE.next(first(5)).slots());
        assertThat(NONE.next(first(1)).slots()).containsOnly(0);
    }

    @Test
    void sharesStayEvenAndNoPlaceMovesUnnecessarily() {
        SeededRandom random = SeededRandom.create("slots come and go");
        for (int history = 0; history < 100; history++) {
            TreeSet<Integer> slots = new TreeSet<>(List.of(random.nextInt(16)));
            ConsistentHash assignment = NONE.next(array(slots));
            for (int step = 0; step < 12; step++) {
                change(slots, random);
                ConsistentHash next = assignment.next(array(slots));
                even(next.slots(), array(slots), random.toString());
                assertThat(moved(assignment.slots(), next.slots()))
                        .as(random + " " + slots)
                        .isEqualTo(needed(assignment.slots(), array(slots)));
                assignment = next;
            }
        }
    }

    private static int[] array(TreeSet<Integer> slots) {
        return slots.stream().mapToInt(Integer::intValue).toArray();
    }

    private static void change(TreeSet<Integer> slots, SeededRandom random) {
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            int slot = random.nextInt(16);
            if (!slots.remove(slot) || slots.isEmpty()) {
                slots.add(slot);
            }
        }
    }

    private static void even(int[] homes, int[] slots, String seed) {
        assertThat(homes).as(seed).containsOnly(slots);
        for (int slot : slots) {
            assertThat(count(homes, slot))
                    .as(seed)
                    .isBetween(PLACES / slots.length, (PLACES + slots.length - 1) / slots.length);
        }
    }

    /// The smallest number of places that can move: those of removed slots, and the surplus of the
    /// others.
    private static int needed(int[] homes, int[] slots) {
        List<Integer> held =
                Arrays.stream(slots)
                        .mapToObj(slot -> count(homes, slot))
                        .sorted(Comparator.reverseOrder())
                        .toList();
        int stay = 0;
        for (int i = 0; i < held.size(); i++) {
            int quota = PLACES / slots.length + (i < PLACES % slots.length ? 1 : 0);
            stay += Math.min(quota, held.get(i));
        }
        return PLACES - stay;
    }
}
