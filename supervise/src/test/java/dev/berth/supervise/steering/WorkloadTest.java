package dev.berth.supervise.steering;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WorkloadTest {
    private final Workload load = new Workload();

    @Test
    void arrivalsSinceTheLastCountAreAssumedOpen() {
        load.look(1_000, 0, false, 0);
        assertThat(load.connections()).isZero();
        load.look(1_040, 0, false, 5);
        assertThat(load.connections()).isEqualTo(40);
        load.count(3, 1_030);
        assertThat(load.connections()).isEqualTo(13);
    }

    @Test
    void aNewListenerStartsAsIfItHadItsShareUntilItIsCounted() {
        assertThat(load.begun()).isFalse();
        load.begin(500);
        assertThat(load.begun()).isTrue();
        assertThat(load.connections()).isEqualTo(500);
        load.look(0, 0, false, 0);
        load.look(20, 0, false, 5);
        assertThat(load.uncounted()).isEqualTo(520);
        load.count(2, 20);
        assertThat(load.connections()).isEqualTo(2);
    }

    @Test
    void arrivalsDuringASamplingGapAreForgotten() {
        load.begin(0);
        load.look(10, 0, false, 0);
        load.count(1, 10);
        load.forget();
        load.look(90_000, 0, false, 60_000);
        assertThat(load.connections()).isZero();
        assertThat(load.begun()).isFalse();
    }
}
