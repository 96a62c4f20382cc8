package dev.berth.supervise.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Settings;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How often a new worker in a roll is checked.
class VerificationMonitorTest {
    /// On a busy machine a connection that waits briefly during one check must not be mistaken for
    /// one that is never accepted just because no second check came in time.
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 20, 100, 600, 1_000})
    void severalChecksFitIntoTheProveTime(long tookMillis) {
        long prove = Settings.PROVE.toMillis();
        assertThat(prove / (tookMillis + VerificationMonitor.pause(tookMillis)))
                .isGreaterThanOrEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(longs = {5, 20, 50})
    void checksTakeAtMostATenthOfTheTime(long tookMillis) {
        assertThat(VerificationMonitor.pause(tookMillis)).isGreaterThanOrEqualTo(10 * tookMillis);
    }
}
