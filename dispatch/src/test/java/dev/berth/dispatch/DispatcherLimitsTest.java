package dev.berth.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DispatcherLimitsTest {
    @Test
    void waitingConnectionsLeaveRoomForUndecidedOnes() {
        DispatcherLimits few = DispatcherLimits.defaults().withConnections(768).withPending(384);
        for (int services = 1; services < 2_000; services++) {
            int waiting = services * few.waitingOf(services);
            assertThat(waiting).isBetween(1, Math.max(services, 768 - few.pending()));
        }
        assertThat(few.waitingOf(2)).isEqualTo(192);
    }

    @Test
    void noMoreConnectionsWaitThanTheLimit() {
        DispatcherLimits many =
                DispatcherLimits.defaults().withConnections(100_000).withWaiting(4_096);
        assertThat(many.waitingOf(2)).isEqualTo(4_096);
        assertThat(many.waitingOf(50)).isEqualTo(1_000);
    }
}
