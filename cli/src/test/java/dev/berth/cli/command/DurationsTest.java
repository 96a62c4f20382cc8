package dev.berth.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;

class DurationsTest {
    @ParameterizedTest
    @CsvSource({
        "0,0",
        "500ms,500",
        "10s,10000",
        "1.5s,1500",
        "0.001s,1",
        "2m,120000",
        "1h,3600000"
    })
    void numbersWithAUnitAreRead(String text, long millis) {
        assertThat(Durations.parse(text)).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "10", "s", "-1s", "1 s", "1d", "1e3s", "9999999999s", "1.0001s", "١s"})
    void anythingElseIsRefusedWithAnExample(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Durations.parse(text))
                .withMessageContaining("as 500ms, 10s, 2m or 1h");
    }

    @ParameterizedTest
    @CsvSource({"-5,0s", "0,0s", "59,59s", "60,1m0s", "3599,59m59s", "3600,1h0m", "90061,1d1h"})
    void atMostTwoUnitsArePrinted(long seconds, String text) {
        assertThat(Durations.text(Duration.ofSeconds(seconds))).isEqualTo(text);
    }
}
