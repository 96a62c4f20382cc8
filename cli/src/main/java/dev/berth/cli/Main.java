package dev.berth.cli;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

import java.io.IOException;
import java.util.List;

/// The entry of the `berth` command.
///
/// The first word chooses the command, and only that one is constructed: this is most of what makes
/// a start short.
public final class Main {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;

    private Main() {}

    /// Runs one command line and ends the JVM with its exit code.
    public static void main(String[] args) {
        System.exit(run(OwnWords.exact(args)));
    }

    /// Runs one command line in this JVM and returns its exit code: 0 done, 1 no or failed, 2
    /// usage.
    static int run(String... args) {
        List<String> words = List.of(args);
        boolean plain = words.equals(List.of("--version"));
        return run(plain ? Terminal.plain() : Terminal.ofProcess(), words);
    }

    static int run(Terminal terminal, List<String> args) {
        try {
            return dispatch(terminal, args);
        } catch (UsageException wrong) {
            return fail(terminal, wrong, USAGE);
        } catch (IOException | RuntimeException failed) {
            return fail(terminal, failed, FAILED);
        } finally {
            terminal.flush();
        }
    }

    private static int dispatch(Terminal terminal, List<String> args)
            throws UsageException, IOException {
        if (args.isEmpty()) {
            terminal.errLine(Help.overview(terminal));
            return USAGE;
        }
        List<String> rest = args.subList(1, args.size());
        return switch (args.getFirst()) {
            case "--version", "-V" -> {
                terminal.line("berth " + Version.TEXT);
                yield DONE;
            }
            case "--help", "-h", "help" -> Help.run(terminal, rest);
            default -> run(terminal, Verb.named(args.getFirst()), rest);
        };
    }

    private static int run(Terminal terminal, Verb verb, List<String> args)
            throws UsageException, IOException {
        Subcommand command = verb.create();
        CommandLine line = commandLine(verb, command);
        ParseResult parsed;
        try {
            parsed = line.parseArgs(args.toArray(String[]::new));
        } catch (ParameterException wrong) {
            throw new UsageException(explain(wrong) + "; see: berth help " + verb.word());
        }
        if (parsed.isUsageHelpRequested()) {
            terminal.line(Help.of(verb, terminal));
            return DONE;
        }
        return command.run(parsed, terminal);
    }

    static CommandLine commandLine(Verb verb, Subcommand command) {
        CommandSpec spec = command.spec().name("berth " + verb.word());
        spec.addOption(Options.help());
        return new CommandLine(spec)
                .setStopAtPositional(command.takesCommandLine())
                .setExpandAtFiles(false)
                .setOverwrittenOptionsAllowed(true);
    }

    private static String explain(ParameterException wrong) {
        String text = String.valueOf(wrong.getMessage());
        if (wrong instanceof UnmatchedArgumentException unmatched) {
            List<String> near = unmatched.getSuggestions();
            return near.isEmpty() ? text : text + " (did you mean " + near.getFirst() + "?)";
        }
        return text;
    }

    private static int fail(Terminal terminal, Exception failed, int code) {
        terminal.errLine("berth: " + describe(failed));
        if (terminal.environment().getOrDefault("BERTH_DEBUG", "").equals("1")) {
            failed.printStackTrace(terminal.err());
        } else if (failed instanceof RuntimeException) {
            terminal.errLine("berth: this is a bug; BERTH_DEBUG=1 shows where");
        }
        return code;
    }

    private static String describe(Exception failed) {
        String message = failed.getMessage();
        boolean plain = failed instanceof Failure || failed instanceof UsageException;
        return plain
                        || (message != null
                                && failed.getClass() != RuntimeException.class
                                && failed instanceof IOException)
                ? String.valueOf(message)
                : failed.toString();
    }
}
