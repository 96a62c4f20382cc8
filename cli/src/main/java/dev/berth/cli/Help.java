package dev.berth.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;

/// The texts of `berth --help` and `berth help COMMAND`.
final class Help {
    /// The narrowest that picocli lays out.
    private static final int LEAST_COLUMNS = 55;

    private static final int MOST_COLUMNS = 96;

    private Help() {}

    static int run(Terminal terminal, List<String> words) throws UsageException {
        terminal.line(
                words.isEmpty() ? overview(terminal) : of(Verb.named(words.getFirst()), terminal));
        return Main.DONE;
    }

    static String overview(Terminal terminal) {
        var text = new StringBuilder();
        text.append("Berth: many processes, one port.\n\nUsage: berth COMMAND [OPTIONS]\n\n");
        int columns = terminal.columns().orElse(MOST_COLUMNS);
        for (Verb verb : Verb.values()) {
            String line = String.format("  %-8s  %s", verb.word(), verb.summary());
            text.append(String.join("\n", Wrap.lines(line, columns, 12))).append('\n');
        }
        return text.append(
                        """

                        berth help COMMAND explains one; berth --version tells which Berth this is.
                        Exit codes: 0 done, 1 no or failed, 2 usage.\
                        """)
                .toString();
    }

    static String of(Verb verb, Terminal terminal) {
        CommandLine line = Main.commandLine(verb, verb.create());
        int columns =
                Math.clamp(terminal.columns().orElse(MOST_COLUMNS), LEAST_COLUMNS, MOST_COLUMNS);
        line.getCommandSpec().usageMessage().width(columns);
        var bytes = new ByteArrayOutputStream();
        try (var out = new PrintStream(bytes, false, UTF_8)) {
            line.usage(out, terminal.colour() ? Ansi.ON : Ansi.OFF);
        }
        return bytes.toString(UTF_8).stripTrailing();
    }
}
