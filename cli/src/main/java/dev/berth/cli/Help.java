package dev.berth.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.cli.command.ExitCode;
import dev.berth.cli.command.LineWrap;
import dev.berth.cli.command.Subcommand;
import dev.berth.cli.command.Terminal;
import dev.berth.cli.command.UsageException;

import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.UsageMessageSpec;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;

/// The texts of `berth --help` and `berth help COMMAND`.
final class Help {
    private static final int MOST_COLUMNS = 96;
    private static final String USAGE = "Usage: ";
    private static final String HELP =
            "berth help COMMAND explains a command; berth --version prints the version.";
    private static final String CODES = "Exit codes: 0 done, 1 no or failed, 2 usage.";

    private Help() {}

    static int run(Terminal terminal, List<String> words) throws UsageException {
        terminal.line(
                words.isEmpty()
                        ? overview(terminal)
                        : of(Verb.leading("berth help", words), terminal));
        return ExitCode.DONE;
    }

    static String overview(Terminal terminal) {
        var text = new StringBuilder();
        text.append("Berth: many processes, one port.\n\nUsage: berth COMMAND [OPTIONS]\n\n");
        int columns = columns(terminal);
        for (Verb verb : Verb.values()) {
            String line = String.format("  %-10s  %s", verb.word(), verb.summary());
            text.append(wrapped(line, columns, 14)).append('\n');
        }
        text.append('\n').append(wrapped(HELP, columns, 0)).append('\n');
        return text.append(wrapped(CODES, columns, 0)).toString();
    }

    private static int columns(Terminal terminal) {
        return Math.min(terminal.pageColumns().orElse(MOST_COLUMNS), MOST_COLUMNS);
    }

    private static String wrapped(String line, int columns, int indent) {
        return String.join("\n", LineWrap.lines(line, columns, indent));
    }

    /// Wraps the synopsis, which the parser's own layout does not.
    private static String[] synopsis(String[] lines, int columns) {
        String whole = USAGE + String.join(" ", lines);
        return wrapped(whole, columns, USAGE.length()).substring(USAGE.length()).split("\n");
    }

    static String of(Verb verb, Terminal terminal) {
        Subcommand command = verb.create();
        CommandLine line = command.parser(verb.word());
        addText(line.getCommandSpec().usageMessage(), verb, command);
        int columns = columns(terminal);
        if (columns < NarrowPage.ENOUGH) {
            return NarrowPage.of(line.getCommandSpec(), columns);
        }
        UsageMessageSpec page = line.getCommandSpec().usageMessage().width(columns);
        page.customSynopsis(synopsis(page.customSynopsis(), columns));
        page.footer(LineWrap.paragraphs(page.footer(), columns).toArray(String[]::new));
        var bytes = new ByteArrayOutputStream();
        try (var out = new PrintStream(bytes, false, UTF_8)) {
            line.usage(out, terminal.colour() ? Ansi.ON : Ansi.OFF);
        }
        return bytes.toString(UTF_8).stripTrailing();
    }

    /// Adds what the page says apart from its options: a text in the jar of the command.
    ///
    /// **Shape:** the synopsis, the description and the footer, with a line `---` between them;
    /// each paragraph is one line.
    private static void addText(UsageMessageSpec page, Verb verb, Subcommand command) {
        String name = "/dev/berth/cli/help/" + verb.word().replace(' ', '-') + ".txt";
        try (InputStream in = command.getClass().getResourceAsStream(name)) {
            String text = new String(Objects.requireNonNull(in, name).readAllBytes(), UTF_8);
            // The parser takes a single % for a format.
            String[] parts = text.replace("%", "%%").split("(?m)^---\n");
            page.customSynopsis(lines(parts[0]));
            page.description(lines(parts[1])).footer(lines(parts[2]));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static String[] lines(String part) {
        return part.lines().toArray(String[]::new);
    }
}
