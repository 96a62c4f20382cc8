package dev.berth.supervise.process;

import dev.berth.net.ForeignText;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// Remembers the end of a worker's output, to be reported when the worker has ended: its last
/// lines, and those shortly before them that name an error. Stack frames and empty lines are left
/// out, as they would take the place of the messages.
///
/// May be called from any thread.
final class LastOutput {
    private static final int SHOWN_LINES = 10;
    private static final int SHOWN_ERRORS = 3;
    private static final int REMEMBERED_LINES = 40;
    private static final int REMEMBERED_CHARACTERS = 1_000;

    /// A line that says what went wrong: a type of error, or words that go with one.
    private static final Pattern ERROR =
            Pattern.compile(
                    "(Error|Exception)\\b|\\berror:|\\b(?i:fatal|panic|uncaught|unhandled)\\b"
                            + "| at .+ line [0-9]+\\.?$");

    private final Deque<String> last = new ArrayDeque<>();

    /// Adds a line.
    ///
    /// @param frames of the stream whose next line is `line`
    synchronized void add(String line, StackTraceLines frames) {
        boolean frame = line.length() <= REMEMBERED_CHARACTERS && frames.frame(line);
        if (frame || line.isBlank()) {
            return;
        }
        String beginning = line.substring(0, Math.min(line.length(), REMEMBERED_CHARACTERS));
        last.add(ForeignText.lines(beginning));
        if (last.size() > REMEMBERED_LINES) {
            last.remove();
        }
    }

    /// At most ten lines (of a long line only its beginning), without a line ending after the last.
    /// Terminal control sequences in them are harmless.
    synchronized String text() {
        List<String> lines = new ArrayList<>(last);
        TreeSet<Integer> shown = new TreeSet<>();
        for (int i = lines.size() - 1; i >= 0 && shown.size() < SHOWN_ERRORS; i--) {
            if (ERROR.matcher(lines.get(i)).find()) {
                shown.add(i);
            }
        }
        for (int i = lines.size() - 1; i >= 0 && shown.size() < SHOWN_LINES; i--) {
            shown.add(i);
        }
        return String.join("\n", shown.stream().map(lines::get).toList());
    }
}
