package dev.berth.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/// What a SIGHUP means.
final class HangupTest {
    /// Answers of a terminal that is there or not, one after the other; the last one for ever.
    private static Hangup with(Boolean... answers) {
        Queue<Boolean> left = new ArrayDeque<>(List.of(answers));
        return new Hangup(() -> left.size() > 1 ? left.remove() : left.element());
    }

    @Test
    void itIsARollWhereThereNeverWasATerminal() {
        assertThat(with(false).lost()).isFalse();
    }

    @Test
    void itIsARollWhereTheTerminalStays() {
        assertThat(with(true).lost()).isFalse();
    }

    @Test
    void itIsAHangupWhereTheTerminalHasGoneAndARollAfterThat() {
        Hangup hangup = with(true, false);

        assertThat(hangup.lost()).isTrue();
        assertThat(hangup.lost()).isFalse();
    }

    @Test
    void itIsAHangupWhereTheShellSaysSoAMomentBefore() {
        assertThat(with(true, true, false).lost()).isTrue();
    }
}
