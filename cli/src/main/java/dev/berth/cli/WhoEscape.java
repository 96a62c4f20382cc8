package dev.berth.cli;

/// Texts that other processes chose: on a terminal they must not do anything.
final class WhoEscape {
    private WhoEscape() {}

    /// The text with each control character, line break, and what changes the direction of writing
    /// replaced by `?`.
    static String text(String foreign) {
        StringBuilder safe = new StringBuilder(foreign.length());
        foreign.codePoints().forEach(point -> safe.appendCodePoint(harmless(point) ? point : '?'));
        return safe.toString();
    }

    private static boolean harmless(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED ->
                    false;
            default -> true;
        };
    }
}
