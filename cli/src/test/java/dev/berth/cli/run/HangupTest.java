package dev.berth.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.run.Hangup.Meaning;

import org.junit.jupiter.api.Test;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicLong;

/// The meaning of a SIGHUP.
final class HangupTest {
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1);

    /// Successive answers to whether there is a terminal; the last one is repeated.
    private Hangup with(Boolean... answers) {
        Queue<Boolean> left = new ArrayDeque<>(List.of(answers));
        return new Hangup(() -> left.size() > 1 ? left.remove() : left.element(), now::get);
    }

    @Test
    void itIsARollIfThereNeverWasATerminal() {
        assertThat(with(false).signalled()).isEqualTo(Meaning.ROLL);
    }

    @Test
    void itIsARollIfTheTerminalStays() {
        assertThat(with(true).signalled()).isEqualTo(Meaning.ROLL);
    }

    @Test
    void itIsASingleHangupIfTheTerminalHasGoneAndShellAndKernelSignal() {
        Hangup hangup = with(true, false);

        assertThat(hangup.signalled()).isEqualTo(Meaning.LOST);
        assertThat(hangup.signalled()).isEqualTo(Meaning.ECHO);
        now.addAndGet(5_000_000_000L);
        assertThat(hangup.signalled()).isEqualTo(Meaning.ROLL);
    }

    @Test
    void itIsAHangupIfTheShellSignalsAMomentBefore() {
        assertThat(with(true, true, false).signalled()).isEqualTo(Meaning.LOST);
    }
}
