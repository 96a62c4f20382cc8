package dev.berth.cli.run;

import java.util.Locale;

/// What becomes of a supervisor whose terminal goes away.
enum OnHangup {
    /// It ends, as a program in the foreground does.
    STOP,
    /// It runs on without a terminal.
    CONTINUE;

    static OnHangup parse(String word) {
        for (OnHangup one : values()) {
            if (one.name().toLowerCase(Locale.ROOT).equals(word)) {
                return one;
            }
        }
        throw new IllegalArgumentException("it is stop or continue, not " + word);
    }
}
