package dev.berth.supervise.steering;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Clients that connect while a listener's two numbers are read.
final class ListenerCountTest {
    private static final int FOR_EVER = Integer.MAX_VALUE;

    private long steered = 10;
    private int queue = 4;
    private int arrivals;

    @Test
    void aQuietListenerIsReadOnce() {
        assertThat(read()).isEqualTo(new ListenerCount(10, 4));
    }

    @Test
    void whoArrivesBetweenTheReadsIsInBothNumbers() {
        arrivals = 3;
        assertThat(read()).isEqualTo(new ListenerCount(13, 7));
    }

    @Test
    void arrivalsWithoutEndDoNotBlock() {
        arrivals = FOR_EVER;
        ListenerCount count = read();
        assertThat(count.steered() - count.queue()).isEqualTo(6);
    }

    private ListenerCount read() {
        return ListenerCount.read(this::steeredBeforeOneArrives, () -> queue);
    }

    private long steeredBeforeOneArrives() {
        long now = steered;
        if (arrivals > 0) {
            arrivals--;
            steered++;
            queue++;
        }
        return now;
    }
}
