package dev.berth.lab;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What is expected of an answer: `OK`, `not EADDRINUSE`, `lost = 0`, `queue >= before.queue`.
///
/// @param text as written in the file
public record Expectation(String text) {
    private static final String NOT = "not ";
    private static final Pattern COMPARISON =
            Pattern.compile("([A-Za-z_][\\w.:-]*)\\s*(<=|>=|!=|=|<|>)\\s*(\\S+)");

    /// Whether it compares numbers.
    boolean comparison() {
        return COMPARISON.matcher(text).matches();
    }

    /// The names of the numbers that it compares.
    List<String> figures() {
        Matcher matcher = COMPARISON.matcher(text);
        return matcher.matches()
                ? Stream.of(matcher.group(1), matcher.group(3)).filter(Expectation::name).toList()
                : List.of();
    }

    /// Its word that looks like the name of an errno but is not.
    Optional<String> misspelt() {
        String word = text.substring(text.lastIndexOf(' ') + 1);
        boolean error = word.matches("E[A-Z0-9]{2,}") && !word.equals("EOF");
        return error && !StepResult.error(word) ? Optional.of(word) : Optional.empty();
    }

    private static boolean name(String side) {
        return !side.isEmpty() && !side.matches("[-+]?[0-9.].*");
    }

    /// The mismatch; empty if the expectation is met.
    ///
    /// @param figures a number by its name; empty if nothing with that name was measured
    Optional<String> problem(String result, Function<String, Optional<Double>> figures) {
        Matcher matcher = COMPARISON.matcher(text);
        if (matcher.matches()) {
            return compare(matcher, figures);
        }
        boolean met =
                text.startsWith(NOT)
                        ? !result.equals(text.substring(NOT.length()))
                        : result.equals(text);
        return met ? Optional.empty() : Optional.of("expected " + text + ", got " + result);
    }

    private Optional<String> compare(Matcher matcher, Function<String, Optional<Double>> figures) {
        Optional<Double> left = figures.apply(matcher.group(1));
        Optional<Double> right = value(matcher.group(3), figures);
        if (left.isEmpty() || right.isEmpty()) {
            String missing = left.isEmpty() ? matcher.group(1) : matcher.group(3);
            return Optional.of("expected " + text + ", but nothing measured " + missing);
        }
        boolean met = holds(left.get(), matcher.group(2), right.get());
        return met
                ? Optional.empty()
                : Optional.of("expected " + text + ", got " + number(left.get()));
    }

    private static Optional<Double> value(String text, Function<String, Optional<Double>> figures) {
        try {
            return Optional.of(Double.valueOf(text));
        } catch (NumberFormatException name) {
            return figures.apply(text);
        }
    }

    private static boolean holds(double left, String relation, double right) {
        int order = Double.compare(left, right);
        return switch (relation) {
            case "=" -> order == 0;
            case "!=" -> order != 0;
            case "<" -> order < 0;
            case "<=" -> order <= 0;
            case ">" -> order > 0;
            case ">=" -> order >= 0;
            default -> throw new IllegalArgumentException(relation);
        };
    }

    /// The number, without a fraction if it has none.
    static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : String.format(Locale.ROOT, "%.3g", value);
    }
}
