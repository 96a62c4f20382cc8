package dev.berth.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.OptionalInt;

class SignalTest {
    @ParameterizedTest
    @ValueSource(strings = {"TERM", "SIGTERM", "15", "sigterm", " term "})
    void aSignalIsKnownByNameAndNumber(String text) {
        assertThat(Signal.parse(text)).isEqualTo(Signal.TERM);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "SIG", "0", "64", "TERMINATE", "-15"})
    void anUnknownSignalIsRefusedWithAnExample(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Signal.parse(text))
                .withMessageContaining("try TERM or 15");
    }

    @Test
    void numbersAreWithoutGapsFromOneToThirtyOne() {
        for (int number = 1; number <= 31; number++) {
            assertThat(Signal.of(number).orElseThrow().number()).isEqualTo(number);
        }
        assertThat(Signal.of(0)).isEmpty();
        assertThat(Signal.of(34)).isEmpty();
        assertThat(Signal.QUIT).hasToString("SIGQUIT");
    }

    @Test
    void anExitStatusIsACodeOrASignal() {
        assertThat(ExitStatus.exited(3)).hasToString("exit 3");
        assertThat(ExitStatus.killed(9)).hasToString("killed by SIGKILL (9)");
        assertThat(ExitStatus.killed(40)).hasToString("killed by signal 40");
        assertThat(ExitStatus.exited(0).success()).isTrue();
        assertThat(ExitStatus.exited(1).success()).isFalse();
        assertThat(ExitStatus.killed(1).success()).isFalse();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ExitStatus(OptionalInt.empty(), OptionalInt.empty()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ExitStatus(OptionalInt.of(1), OptionalInt.of(1)));
    }

    @Test
    void aWaitStatusIsReadAsByTheMacrosOfC() {
        assertThat(ExitStatus.decode(0x0300)).isEqualTo(ExitStatus.exited(3));
        assertThat(ExitStatus.decode(0xff00)).isEqualTo(ExitStatus.exited(255));
        assertThat(ExitStatus.decode(0x000f)).isEqualTo(ExitStatus.killed(15));
        assertThat(ExitStatus.decode(0x008b)).as("with a core").isEqualTo(ExitStatus.killed(11));
    }
}
