package dev.berth.cli.run;

import java.util.Locale;

/// What a supervisor does when its terminal goes away.
enum HangupAction {
    /// It stops, as a program in the foreground does.
    STOP,
    /// It keeps running without a terminal.
    CONTINUE;

    static HangupAction parse(String word) {
        for (HangupAction one : values()) {
            if (one.name().toLowerCase(Locale.ROOT).equals(word)) {
                return one;
            }
        }
        throw new IllegalArgumentException("must be stop or continue, not " + word);
    }
}
