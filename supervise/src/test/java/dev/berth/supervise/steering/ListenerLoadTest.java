package dev.berth.supervise.steering;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ListenerLoadTest {
    private final ListenerLoad load = new ListenerLoad();

    @Test
    void arrivalsSinceTheLastCountAreAssumedOpen() {
        load.record(1_000, 0, false, 0);
        assertThat(load.connections()).isZero();
        load.record(1_040, 0, false, 5);
        assertThat(load.connections()).isEqualTo(40);
        load.count(3, 1_030);
        assertThat(load.connections()).isEqualTo(13);
    }

    @Test
    void aNewListenerStartsAsIfItHadItsShareUntilItIsCounted() {
        assertThat(load.initialized()).isFalse();
        load.initialize(500);
        assertThat(load.initialized()).isTrue();
        assertThat(load.connections()).isEqualTo(500);
        load.record(0, 0, false, 0);
        load.record(20, 0, false, 5);
        assertThat(load.uncounted()).isEqualTo(520);
        load.count(2, 20);
        assertThat(load.connections()).isEqualTo(2);
    }

    @Test
    void arrivalsDuringASamplingGapAreForgotten() {
        load.initialize(0);
        load.record(10, 0, false, 0);
        load.count(1, 10);
        load.forget();
        load.record(90_000, 0, false, 60_000);
        assertThat(load.connections()).isZero();
        assertThat(load.initialized()).isFalse();
    }
}
