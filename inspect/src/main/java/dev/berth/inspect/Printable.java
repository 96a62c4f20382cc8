package dev.berth.inspect;

/// Texts that other programs chose, made fit to be printed.
final class Printable {
    private static final int MOST = 60;

    private Printable() {}

    /// The command of a process, short and without the program's directory, without anything that a
    /// terminal would obey.
    static String command(Owner owner) {
        String whole = clean(owner.command()).strip();
        int blank = whole.indexOf(' ');
        int slash = whole.lastIndexOf('/', blank < 0 ? whole.length() : blank);
        String text = whole.substring(slash + 1);
        return text.length() <= MOST ? text : text.substring(0, MOST - 1) + "…";
    }

    private static String clean(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(point -> out.appendCodePoint(harmless(point) ? point : '?'));
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
