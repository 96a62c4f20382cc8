package dev.berth.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AcceptBatchingTest {
    private static final long NOW = Long.MAX_VALUE - 100;

    private final AcceptBatching batching = new AcceptBatching();

    @Test
    void thereIsNoRestIfNothingComes() {
        assertThat(batching.rest(NOW)).isZero();
    }

    @Test
    void connectionsThatComeOneByOneAreNotDelayed() {
        for (int turn = 0; turn < 10; turn++) {
            batching.connectionCame(NOW + turn);
            assertThat(batching.rest(NOW + turn)).isZero();
        }
    }

    @Test
    void afterTwoInOneTurnTheNextBeginsAPeriodAfterTheFirst() {
        batching.connectionCame(NOW);
        batching.connectionCame(NOW + 40_000);
        assertThat(batching.rest(NOW + 100_000)).isEqualTo(AcceptBatching.PERIOD_NANOS - 100_000);
        assertThat(batching.rest(NOW + AcceptBatching.PERIOD_NANOS))
                .as("the turn after it")
                .isZero();
    }

    @Test
    void afterALongTurnThereIsNoRest() {
        for (int i = 0; i < 64; i++) {
            batching.connectionCame(NOW + i * 20_000L);
        }
        assertThat(batching.rest(NOW + 64 * 20_000L)).isZero();
    }

    @Test
    void thereIsNoRestForAFewMicroseconds() {
        batching.connectionCame(NOW);
        batching.connectionCame(NOW);
        assertThat(batching.rest(NOW + AcceptBatching.PERIOD_NANOS - 5_000)).isZero();
    }
}
