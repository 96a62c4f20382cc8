package dev.berth.cli;

import dev.berth.net.CommandText;

/// Command lines for people; of Berth's own JVMs only what they do, not how they were started.
final class Shorten {
    private static final String SERVER = " " + Whoami.class.getName() + " ";
    private static final String BERTH = " " + Main.class.getName() + " ";

    private Shorten() {}

    /// At most `most` characters: the program, and whole words from the end.
    static String command(String line, int most) {
        return CommandText.shortened(plain(line), most);
    }

    private static String plain(String line) {
        int blank = line.indexOf(' ');
        if (blank < 0 || !line.startsWith("java", Math.max(0, blank - 4))) {
            return line;
        }
        int berth = line.indexOf(BERTH);
        if (berth >= 0) {
            return "berth " + line.substring(berth + BERTH.length());
        }
        return line.contains(SERVER) ? "the built-in server" : line;
    }
}
