package dev.berth.supervise.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Settings;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How often a new worker of a roll is looked at.
class ProofsTest {
    /// A busy machine: what waits for a moment at one look must not be taken for what nobody
    /// accepts, as there was no second look in time.
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 20, 100, 600, 1_000})
    void severalLooksFitIntoTheTimeToProveItself(long tookMillis) {
        long prove = Settings.PROVE.toMillis();
        assertThat(prove / (tookMillis + Proofs.pause(tookMillis))).isGreaterThanOrEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(longs = {5, 20, 50})
    void aLookTakesATenthOfTheTime(long tookMillis) {
        assertThat(Proofs.pause(tookMillis)).isGreaterThanOrEqualTo(10 * tookMillis);
    }
}
