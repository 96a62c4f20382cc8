package dev.berth.cli.run;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// A target that may fail for a while. A closed pipe or a full disk is no reason to stop; the
/// workers keep running. Failures are reported when they begin and when they are over. Lost lines
/// are counted, and a line in the output says how many are missing there. Used by one thread,
/// except for [#problem].
final class RetryingTarget implements AutoCloseable {
    private final String name;
    private final LineTarget target;
    private final Consumer<String> complaints;

    /// Lines lost since the last one that was written.
    private long lost;

    /// Whether the last line was written only in part.
    private boolean torn;

    private final AtomicLong lostInAll = new AtomicLong();
    private volatile @Nullable String reason;

    /// @param name for messages, such as `the log FILE`
    /// @param target closed together with this object
    /// @param complaints must not block
    RetryingTarget(String name, LineTarget target, Consumer<String> complaints) {
        this.name = name;
        this.target = target;
        this.complaints = complaints;
    }

    /// Writes whole lines, as far as the target accepts them.
    ///
    /// @param stamp the beginning of this object's own lines
    void write(String lines, String stamp) {
        byte[] head = ((torn ? "\n" : "") + missing(stamp)).getBytes(UTF_8);
        byte[] body = lines.getBytes(UTF_8);
        byte[] all = Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, all, head.length, body.length);
        int done = 0;
        try {
            while (done < all.length) {
                done += target.write(all, done);
            }
            if (done > 0) {
                worked();
            }
        } catch (IOException failed) {
            lose(count(all, Math.max(done, head.length)), done >= head.length, failed);
        }
        torn = done > 0 ? all[done - 1] != '\n' : torn;
    }

    private String missing(String stamp) {
        return lost == 0
                ? ""
                : stamp + "berth: lines missing here: " + lost + " (they could not be written)\n";
    }

    private static long count(byte[] bytes, int start) {
        long lines = 0;
        for (int i = start; i < bytes.length; i++) {
            lines += bytes[i] == '\n' ? 1 : 0;
        }
        return lines;
    }

    private void worked() {
        if (reason != null) {
            reason = null;
            complaints.accept(name + " can be written again; lines lost meanwhile: " + lost);
        }
        lost = 0;
    }

    /// Counts lost lines, and reports the first failure.
    ///
    /// @param mentioned whether the output already says how many were lost before
    private void lose(long lines, boolean mentioned, IOException failed) {
        boolean first = reason == null;
        reason = String.valueOf(failed.getMessage());
        lost = lines + (mentioned ? 0 : lost);
        lostInAll.addAndGet(lines);
        if (first) {
            complaints.accept(name + " cannot be written: " + reason + "; lines are lost");
        }
    }

    void reopen() {
        try {
            target.reopen();
        } catch (IOException failed) {
            complaints.accept(
                    name
                            + " cannot be reopened: "
                            + failed.getMessage()
                            + "; the old file stays in use");
        }
    }

    /// The current problem, for the operator; callable from any thread.
    Optional<String> problem() {
        String now = reason;
        String why = now == null ? ":" : " cannot be written: " + now + ";";
        long lines = lostInAll.get();
        return lines == 0 && now == null
                ? Optional.empty()
                : Optional.of(name + why + " lines lost so far: " + lines);
    }

    /// Reports the lines that are still lost.
    @Override
    public void close() {
        if (lost > 0) {
            complaints.accept(name + ": lines lost at the end: " + lost);
        }
        try {
            target.close();
        } catch (IOException unclosed) {
            complaints.accept(name + " cannot be closed: " + unclosed.getMessage());
        }
    }
}
