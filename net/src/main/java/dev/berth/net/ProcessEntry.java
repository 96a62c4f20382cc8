package dev.berth.net;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// A process as described by /proc.
///
/// @param pid its id
/// @param parent the id of its parent, 0 if that is outside this pid namespace
/// @param session the id of its session, 0 if that is outside this pid namespace
/// @param startTicks when it started, in clock ticks (1/100 s) since boot; together with `pid` it
///   identifies a process for ever
/// @param state one letter: `R`, `S`, `D`, `Z` (ended, not yet reaped), …
/// @param name the name that the program gives itself, at most 15 bytes, any characters
public record ProcessEntry(
        int pid, int parent, int session, long startTicks, String state, String name) {
    private static final int PARENT = 4;
    private static final int SESSION = 6;
    private static final int START = 22;

    /// Whether it has ended and is waiting to be reaped.
    public boolean zombie() {
        return state.equals("Z");
    }

    /// Decodes `/proc/PID/stat`; empty if the first `length` bytes are not a complete entry.
    ///
    /// **Shape:** `42 (a name) S 1 42 42 …`, field 22 is the start. The name may contain blanks,
    /// parentheses and line ends; nothing after it contains a parenthesis, so it ends at the last
    /// one.
    ///
    /// **Source:** proc_pid_stat(5)
    static Optional<ProcessEntry> decode(byte[] stat, int length) {
        int open = indexOf(stat, length, '(');
        int close = lastIndexOf(stat, length, ')');
        if (open < 2 || close < open || close + 3 >= length) {
            return Optional.empty();
        }
        long[] fields = fields(stat, length, close + 4);
        if (fields[START] < 0) {
            return Optional.empty();
        }
        return Optional.of(
                new ProcessEntry(
                        (int) number(stat, 0, open - 1),
                        (int) fields[PARENT],
                        (int) fields[SESSION],
                        fields[START],
                        String.valueOf((char) stat[close + 2]),
                        text(stat, open + 1, close)));
    }

    /// The fields 4 to 22 by number, −1 for those that the text is too short for.
    private static long[] fields(byte[] stat, int length, int from) {
        long[] fields = new long[START + 1];
        fields[START] = -1;
        int at = from;
        for (int field = PARENT; field <= START && at < length; field++) {
            int end = at;
            while (end < length && stat[end] > ' ') {
                end++;
            }
            boolean cut = end == length && field == START;
            fields[field] = cut ? -1 : number(stat, at, end);
            at = end + 1;
        }
        return fields;
    }

    /// The decimal number in these bytes; a negative number (a field that this class does not use)
    /// counts as 0.
    private static long number(byte[] stat, int from, int to) {
        long value = 0;
        for (int i = from; i < to; i++) {
            if (stat[i] < '0' || stat[i] > '9') {
                return 0;
            }
            value = value * 10 + (stat[i] - '0');
        }
        return value;
    }

    private static String text(byte[] stat, int from, int to) {
        return new String(stat, from, to - from, StandardCharsets.UTF_8);
    }

    private static int indexOf(byte[] stat, int length, char wanted) {
        for (int i = 0; i < length; i++) {
            if (stat[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    private static int lastIndexOf(byte[] stat, int length, char wanted) {
        int i = length - 1;
        while (i >= 0 && stat[i] != wanted) {
            i--;
        }
        return i;
    }
}
