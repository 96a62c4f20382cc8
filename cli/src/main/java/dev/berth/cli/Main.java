package dev.berth.cli;

import static java.util.stream.Collectors.joining;

import dev.berth.cli.command.CommandFailure;
import dev.berth.cli.command.ExitCode;
import dev.berth.cli.command.Subcommand;
import dev.berth.cli.command.Terminal;
import dev.berth.cli.command.UsageException;
import dev.berth.cli.command.Version;
import dev.berth.inspect.Printable;
import dev.berth.sys.Processes;

import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.util.List;

/// The entry of the `berth` command.
///
/// The first word chooses the command, and only that command is constructed. This is what
/// contributes most to a short start.
public final class Main {
    private Main() {}

    /// Runs one command line and ends the JVM with its exit code.
    public static void main(String[] args) {
        String[] words = RawArguments.exact(args);
        if (words.length > 0 && !words[0].startsWith("-")) {
            warm();
        }
        // Not exit(), which first looks for a logger on the class path. Nothing is left to do at
        // exit: all output is flushed, and there are no shutdown hooks.
        Runtime.getRuntime().halt(run(words));
    }

    /// Makes the first system call on another thread while this one reads the command line. That
    /// call sets up what all of them go through, which takes as long as all the rest of a short
    /// command.
    static void warm() {
        Thread.ofPlatform().daemon().name("first-call").start(Processes::geteuid);
    }

    /// Runs one command line in this JVM and returns its exit code: 0 done, 1 no or failed, 2 usage
    /// error.
    static int run(String... args) {
        return run(Terminal.ofProcess(), List.of(args));
    }

    /// The same, with output to `terminal`.
    public static int run(Terminal terminal, List<String> args) {
        return terminal.end(attempt(terminal, args));
    }

    private static int attempt(Terminal terminal, List<String> args) {
        try {
            return dispatch(terminal, args);
        } catch (UsageException wrong) {
            return fail(terminal, "berth: ", wrong, ExitCode.USAGE);
        } catch (InvalidPathException locale) {
            return fail(
                    terminal,
                    "berth: ",
                    new CommandFailure(
                            "the JVM cannot represent this file name in the C locale: "
                                    + locale.getInput()
                                    + "; set LC_ALL=C.UTF-8",
                            locale),
                    ExitCode.FAILED);
        } catch (IOException | RuntimeException failed) {
            return fail(terminal, "berth: ", failed, ExitCode.FAILED);
        }
    }

    private static int dispatch(Terminal terminal, List<String> args)
            throws UsageException, IOException {
        if (args.isEmpty()) {
            terminal.errLine(Help.overview(terminal));
            return ExitCode.USAGE;
        }
        return switch (args.getFirst()) {
            case "--version", "-V" -> {
                terminal.line("berth " + Version.TEXT);
                yield ExitCode.DONE;
            }
            case "--help", "-h", "help" -> Help.run(terminal, args.subList(1, args.size()));
            default -> {
                Verb verb = Verb.leading("berth", args);
                yield run(terminal, verb, args.subList(verb.words(), args.size()));
            }
        };
    }

    private static int run(Terminal terminal, Verb verb, List<String> args)
            throws UsageException, IOException {
        Subcommand command = verb.create();
        try {
            ParseResult parsed = parse(verb, command, args);
            if (parsed.isUsageHelpRequested()) {
                terminal.line(Help.of(verb, terminal));
                return ExitCode.DONE;
            }
            return command.run(parsed, terminal);
        } catch (UsageException wrong) {
            int code = fail(terminal, "berth " + verb.word() + ": ", wrong, ExitCode.USAGE);
            terminal.errLine("see: berth help " + verb.word());
            return code;
        }
    }

    private static ParseResult parse(Verb verb, Subcommand command, List<String> args)
            throws UsageException {
        try {
            return command.parser(verb.word()).parseArgs(args.toArray(String[]::new));
        } catch (ParameterException wrong) {
            throw new UsageException(ParseErrors.text(wrong));
        }
    }

    private static int fail(Terminal terminal, String who, Exception failed, int code) {
        String what = describe(failed).lines().map(Printable::text).collect(joining("\n"));
        terminal.errLine(who + what);
        if (terminal.environment().getOrDefault("BERTH_DEBUG", "").equals("1")) {
            failed.printStackTrace(terminal.err());
        } else if (failed instanceof RuntimeException) {
            terminal.errLine("berth: this is a bug; BERTH_DEBUG=1 shows where");
        }
        return code;
    }

    private static String describe(Exception failed) {
        String message = failed.getMessage();
        boolean plain = failed instanceof CommandFailure || failed instanceof UsageException;
        return plain
                        || (message != null
                                && failed.getClass() != RuntimeException.class
                                && failed instanceof IOException)
                ? String.valueOf(message)
                : failed.toString();
    }
}
