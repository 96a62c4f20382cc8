package dev.berth.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.run.Hangup.Meaning;

import org.junit.jupiter.api.Test;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicLong;

/// What a SIGHUP means.
final class HangupTest {
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1);

    /// Answers of a terminal that is there or not, one after the other; the last one for ever.
    private Hangup with(Boolean... answers) {
        Queue<Boolean> left = new ArrayDeque<>(List.of(answers));
        return new Hangup(() -> left.size() > 1 ? left.remove() : left.element(), now::get);
    }

    @Test
    void itIsARollWhereThereNeverWasATerminal() {
        assertThat(with(false).signalled()).isEqualTo(Meaning.ROLL);
    }

    @Test
    void itIsARollWhereTheTerminalStays() {
        assertThat(with(true).signalled()).isEqualTo(Meaning.ROLL);
    }

    @Test
    void itIsAHangupWhereTheTerminalHasGoneOnceForTheShellAndTheKernel() {
        Hangup hangup = with(true, false);

        assertThat(hangup.signalled()).isEqualTo(Meaning.LOST);
        assertThat(hangup.signalled()).isEqualTo(Meaning.ECHO);
        now.addAndGet(5_000_000_000L);
        assertThat(hangup.signalled()).isEqualTo(Meaning.ROLL);
    }

    @Test
    void itIsAHangupWhereTheShellSaysSoAMomentBefore() {
        assertThat(with(true, true, false).signalled()).isEqualTo(Meaning.LOST);
    }
}
