package dev.berth.inspect;

/// Texts that other programs chose, made fit to be printed.
public final class Printable {
    private static final int MOST = 60;

    private Printable() {}

    /// The command of a process, short and without the program's directory, without anything that a
    /// terminal would obey.
    static String command(Owner owner) {
        String whole = text(owner.command()).strip();
        int blank = whole.indexOf(' ');
        int slash = whole.lastIndexOf('/', blank < 0 ? whole.length() : blank);
        String own = whole.substring(slash + 1);
        return own.length() <= MOST ? own : own.substring(0, MOST - 1) + "…";
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
