package dev.berth.cli;

/// Command lines for people: those of JVMs fill pages.
final class Shorten {
    private static final String GAP = " … ";
    private static final int LEAST = 16;

    private Shorten() {}

    /// At most `most` characters: the program without its directory, and of the rest the end, which
    /// tells one from another.
    static String command(String line, int most) {
        int blank = line.indexOf(' ');
        String program = blank < 0 ? line : line.substring(0, blank);
        String rest = blank < 0 ? "" : line.substring(blank);
        String name = program.substring(program.lastIndexOf('/') + 1);
        int room = Math.max(most, LEAST);
        if (name.length() + rest.length() <= room) {
            return name + rest;
        }
        int left = Math.max(0, room - name.length() - GAP.length());
        if (left == 0 || rest.isEmpty()) {
            return name.substring(0, Math.min(name.length(), room - 1)) + "…";
        }
        return name + GAP + rest.substring(rest.length() - left).strip();
    }
}
