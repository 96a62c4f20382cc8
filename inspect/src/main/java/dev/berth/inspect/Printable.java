package dev.berth.inspect;

import dev.berth.net.CommandText;
import dev.berth.net.ForeignText;

/// Makes text that other programs chose safe to print.
public final class Printable {
    private static final int MOST = 60;
    private static final String SERVER = " dev.berth.cli.demo.Whoami ";
    private static final String BERTH = " " + Owner.SUPERVISOR + " ";

    private Printable() {}

    /// The command of a process for use in a sentence: see [#command(String, int)].
    static String command(Owner owner) {
        return command(owner.command(), MOST);
    }

    /// A command line in at most `most` characters, but never less than 20: the program without its
    /// directory and whole words from the end, without anything that controls a terminal. Of
    /// Berth's own JVMs it shows what they do, not how they were started.
    public static String command(String line, int most) {
        return CommandText.shortened(own(text(line).strip()), most);
    }

    private static String own(String line) {
        if (berth(line)) {
            return "berth " + line.substring(line.indexOf(BERTH) + BERTH.length());
        }
        return java(line) && line.contains(SERVER) ? "the built-in server" : line;
    }

    /// Whether it is the command line of a JVM that runs the `berth` command.
    static boolean berth(String line) {
        return java(line) && line.contains(BERTH);
    }

    private static boolean java(String line) {
        int blank = line.indexOf(' ');
        return blank >= 0 && line.startsWith("java", Math.max(0, blank - 4));
    }

    /// Replaces each control character, line break and change of the writing direction by `?`, so
    /// that the text does nothing on a terminal.
    public static String text(String foreign) {
        return ForeignText.printable(foreign);
    }
}
