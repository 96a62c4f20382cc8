package dev.berth.inspect;

import dev.berth.net.CommandText;

/// Texts that other programs chose, made fit to be printed.
public final class Printable {
    private static final int MOST = 60;

    private Printable() {}

    /// The command of a process, short and without the program's directory, without anything that a
    /// terminal would obey.
    static String command(Owner owner) {
        return CommandText.shortened(text(owner.command()).strip(), MOST);
    }

    /// The text with each control character, line break, and what changes the direction of writing
    /// replaced by `?`: on a terminal it must not do anything.
    public static String text(String foreign) {
        StringBuilder out = new StringBuilder(foreign.length());
        foreign.codePoints().forEach(point -> out.appendCodePoint(harmless(point) ? point : '?'));
        return out.toString();
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
