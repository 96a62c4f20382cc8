package dev.berth.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long NOW = Long.MAX_VALUE - 100;

    private final Pace pace = new Pace();

    @Test
    void thereIsNoRestIfNothingComes() {
        assertThat(pace.rest(NOW)).isZero();
    }

    @Test
    void connectionsThatComeOneByOneAreNotDelayed() {
        for (int turn = 0; turn < 10; turn++) {
            pace.came(NOW + turn);
            assertThat(pace.rest(NOW + turn)).isZero();
        }
    }

    @Test
    void afterTwoInOneTurnTheNextBeginsAPeriodAfterTheFirst() {
        pace.came(NOW);
        pace.came(NOW + 40_000);
        assertThat(pace.rest(NOW + 100_000)).isEqualTo(Pace.PERIOD_NANOS - 100_000);
        assertThat(pace.rest(NOW + Pace.PERIOD_NANOS)).as("the turn after it").isZero();
    }

    @Test
    void afterALongTurnThereIsNoRest() {
        for (int i = 0; i < 64; i++) {
            pace.came(NOW + i * 20_000L);
        }
        assertThat(pace.rest(NOW + 64 * 20_000L)).isZero();
    }

    @Test
    void thereIsNoRestForAFewMicroseconds() {
        pace.came(NOW);
        pace.came(NOW);
        assertThat(pace.rest(NOW + Pace.PERIOD_NANOS - 5_000)).isZero();
    }
}
