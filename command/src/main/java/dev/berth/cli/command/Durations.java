package dev.berth.cli.command;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads and prints durations in the form that people use.
public final class Durations {
    private static final Pattern SHAPE =
            Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,3})?)(ms|s|m|h)");

    private Durations() {}

    /// Reads `500ms`, `1.5s`, `2m`, `1h` or `0`.
    ///
    /// @throws IllegalArgumentException with a message that shows the form
    static Duration parse(String text) {
        if (text.equals("0")) {
            return Duration.ZERO;
        }
        Matcher matcher = SHAPE.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "a duration is a number with a unit, such as 500ms, 10s, 2m or 1h, not \""
                            + text
                            + "\"");
        }
        long millis =
                switch (matcher.group(2)) {
                    case "ms" -> 1;
                    case "s" -> 1_000;
                    case "m" -> 60_000;
                    default -> 3_600_000;
                };
        BigDecimal value = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(millis));
        return Duration.ofMillis(value.longValue());
    }

    /// The two largest units, without blanks: `3d4h`, `2h5m`, `4m10s`, `7s`.
    public static String text(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds < 60) {
            return seconds + "s";
        }
        long minutes = seconds / 60;
        if (minutes < 60) {
            return minutes + "m" + seconds % 60 + "s";
        }
        long hours = minutes / 60;
        return hours < 24 ? hours + "h" + minutes % 60 + "m" : hours / 24 + "d" + hours % 24 + "h";
    }

    /// In the form of an option's value: `10s`, `500ms`.
    public static String option(Duration duration) {
        long millis = duration.toMillis();
        return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
    }
}
