package dev.berth.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.testkit.SeededRandom;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

class TableValueTest {

    @Test
    void everyPlaceNamesALiveKey() {
        TableValue value = serving(7, 3, 9);

        assertThat(value.count()).isEqualTo(3);
        assertThat(Arrays.stream(value.keys()).distinct().toArray()).containsExactly(7, 3, 9);
        assertThat(value.keys()).hasSize(1024).startsWith(7, 3, 9, 7, 3, 9);
    }

    @Test
    void aValueThatServesIsReplacedInOneStep() {
        assertThat(serving(7, 3).serving(new int[] {3})).hasSize(1);
        assertThat(serving(7, 3).serving(new int[0])).hasSize(1);
    }

    @Test
    void fromNothingToSomethingTheKeysComeFirst() {
        List<TableValue> steps = TableValue.EMPTY.serving(new int[] {5});

        assertThat(steps).extracting(TableValue::count).containsExactly(0, 1);
        assertThat(steps.getFirst().keys()).containsOnly(5);
    }

    @Test
    void bytesAreCountThenKeys() {
        ByteBuffer bytes = ByteBuffer.wrap(serving(1, 2).encode()).order(ByteOrder.nativeOrder());

        assertThat(bytes.remaining()).isEqualTo(4100);
        assertThat(bytes.getInt()).isEqualTo(2);
        assertThat(bytes.getInt()).isEqualTo(1);
        assertThat(bytes.getInt()).isEqualTo(2);
        assertThat(bytes.getInt(4096)).isEqualTo(2);
    }

    @Test
    void aProgramThatReadsDuringAChangeFindsAnOldKeyOrANewOne() {
        SeededRandom random = SeededRandom.create("torn reads");
        TableValue value = TableValue.EMPTY;
        Set<Integer> before = Set.of();
        for (int round = 0; round < 200; round++) {
            int size = random.nextInt(4) == 0 ? 0 : random.nextInt(1, 1025);
            int[] live = random.ints(size, 1, 1 << 16).toArray();
            Set<Integer> either = new HashSet<>(before);
            Arrays.stream(live).forEach(either::add);
            for (TableValue step : value.serving(live)) {
                assertTornReadsStayWithin(either, value, step, random);
                value = step;
            }
            before = keys(live);
        }
    }

    /// Reads n from one value and the key from the other, both ways round.
    private static void assertTornReadsStayWithin(
            Set<Integer> either, TableValue old, TableValue next, SeededRandom random) {
        for (TableValue[] pair : new TableValue[][] {{old, next}, {next, old}}) {
            for (int i = 0; i < 50 && pair[0].count() > 0; i++) {
                int place = random.nextInt(pair[0].count());
                assertThat(either).as("%s", random).contains(pair[1].keys()[place]);
            }
        }
    }

    @Test
    void moreKeysThanPlacesAreRefused() {
        assertThat(serving(new int[1024]).count()).isEqualTo(1024);
        assertThatThrownBy(() -> serving(new int[1025]))
                .hasMessage("keys=1025: a table has 1024 places");
    }

    private static TableValue serving(int... keys) {
        return TableValue.EMPTY.serving(keys).getLast();
    }

    private static Set<Integer> keys(int[] live) {
        Set<Integer> keys = new HashSet<>();
        Arrays.stream(live).forEach(keys::add);
        return keys;
    }
}
