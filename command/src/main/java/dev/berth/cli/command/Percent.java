package dev.berth.cli.command;

import java.util.Locale;

/// Prints a fraction as a percentage.
public final class Percent {
    private Percent() {}

    /// With one decimal place unless that is 0: `5%`, `33.3%`.
    ///
    /// @param part from 0 to 1
    public static String text(double part) {
        long tenths = Math.round(part * 1_000);
        return tenths % 10 == 0
                ? tenths / 10 + "%"
                : String.format(Locale.ROOT, "%d.%d%%", tenths / 10, tenths % 10);
    }
}
