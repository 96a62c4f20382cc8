package dev.berth.net;

/// Shortens command lines for people: those of JVMs fill pages.
public final class CommandText {
    private static final String GAP = " …";
    private static final int LEAST = 20;

    private CommandText() {}

    /// The command, fit for a terminal (see [ForeignText]), in at most `most` characters, but never
    /// less than 20: the program without its directory, then as many whole words from the end as
    /// fit, because the last words tell commands apart.
    public static String shortened(String foreign, int most) {
        String line = ForeignText.printable(foreign);
        int blank = line.indexOf(' ');
        String program = blank < 0 ? line : line.substring(0, blank);
        String rest = blank < 0 ? "" : line.substring(blank).stripTrailing();
        String name = program.substring(program.lastIndexOf('/') + 1);
        int room = Math.max(most, LEAST);
        if (name.length() + rest.length() <= room) {
            return name + rest;
        }
        int left = room - name.length() - GAP.length();
        if (left < 0) {
            return name.substring(0, room - 1) + "…";
        }
        int at = rest.indexOf(' ', Math.max(0, rest.length() - left));
        return name + GAP + (at < 0 ? "" : rest.substring(at));
    }
}
