package dev.berth.supervise.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

class SettingsTest {
    @Test
    void theFirstFailureCausesNoPause() {
        assertThat(Settings.backoffMillis(0, 1)).isZero();
        assertThat(Settings.backoffMillis(1, 1)).isZero();
    }

    @Test
    void pausesDoubleUpToHalfAMinutePlusAQuarter() {
        assertThat(IntStream.rangeClosed(2, 100))
                .allSatisfy(
                        failures -> {
                            long base = Math.min(30_000, 100L << Math.min(failures - 1, 30));
                            assertThat(LongStream.range(0, 200))
                                    .allSatisfy(
                                            salt ->
                                                    assertThat(
                                                                    Settings.backoffMillis(
                                                                            failures, salt))
                                                            .isBetween(base, base + base / 4));
                        });
        assertThat(Settings.backoffMillis(Integer.MAX_VALUE, 3)).isBetween(30_000L, 37_500L);
    }

    @Test
    void workersThatDiedTogetherDoNotStartTogether() {
        long different =
                LongStream.range(0, 100)
                        .map(slot -> Settings.backoffMillis(10, 31 * slot + 4))
                        .distinct()
                        .count();

        assertThat(different).isGreaterThan(90);
    }

    @Test
    void noDurationIsNegative() {
        assertThatThrownBy(() -> SettingsVariants.staggered(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("negative duration: PT-0.001S");
        assertThatThrownBy(
                        () ->
                                SettingsVariants.withGrace(
                                        Settings.defaults(), Duration.ofSeconds(-3)))
                .hasMessageContaining("PT-3S");
    }
}
