package dev.berth.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ControllingTerminalTest {
    @ParameterizedTest
    @CsvSource({
        "42 (java) S 1 42 42 34816 42 4194304, true",
        "42 (java) S 1 42 42 0 -1 4194304, false",
        "42 (a) 1 2 3 4 5) S 1 42 42 0 -1 4194304, false",
        "42 (java) S 1 42, false",
        "'', false"
    })
    void theSeventhFieldDecides(String stat, boolean present) {
        assertThat(ControllingTerminal.present(stat)).isEqualTo(present);
    }
}
