package dev.berth.cli.lab;

import dev.berth.cli.command.CommandFailure;
import dev.berth.cli.command.Options;
import dev.berth.cli.command.Subcommand;
import dev.berth.cli.command.Terminal;
import dev.berth.cli.command.UsageException;
import dev.berth.inspect.History;
import dev.berth.lab.Replay;
import dev.berth.lab.ReplayAnswer;
import dev.berth.sys.Capabilities;
import dev.berth.sys.Capability;
import dev.berth.sys.Platform;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// `berth lab replay FILE | - | --corpus | --random N [--predict | --print] [--json]`.
public final class ReplayCommand implements Subcommand {
    private static final List<String> FLAGS = List.of("--corpus", "--predict", "--print", "--json");
    private static final List<String> VALUES = List.of("--random", "--seed");

    @Override
    public CommandSpec spec() {
        return CommandSpec.create()
                .addOption(Options.flag("--corpus", "Run the histories that are built into Berth."))
                .addOption(Options.one("N", Options::count, "Run N random histories.", "--random"))
                .addOption(
                        Options.one(
                                "SEED",
                                ReplayCommand::seed,
                                "Repeat the random histories of an earlier run.",
                                "--seed"))
                .addOption(Options.flag("--predict", "Only predict; do not ask the kernel."))
                .addOption(
                        Options.flag(
                                "--print", "Print the histories as JSON without running them."))
                .addOption(Options.flag("--json", "Print one line of JSON per history."))
                .addPositional(
                        Options.words(
                                "FILE", "0..1", "A file with one history per line; - is stdin."));
    }

    @Override
    public int run(ParseResult parsed, Terminal terminal) throws UsageException, IOException {
        boolean print = parsed.hasMatchedOption("--print");
        boolean kernel = !print && !parsed.hasMatchedOption("--predict");
        checkSource(parsed);
        if (kernel && !Platform.supported()) {
            throw new CommandFailure("cannot run histories: " + Platform.describe());
        }
        if (kernel && !Capabilities.has(Capability.SYS_ADMIN)) {
            return UserNamespaceRerun.run(words(parsed), terminal.environment());
        }
        UserNamespaceRerun.endWithParent(terminal.environment());
        ReplaySource source = source(parsed, !kernel || Replay.otherUids(), terminal);
        var report = new ReplayReport(terminal, parsed.hasMatchedOption("--json"), kernel);
        return print ? print(source, report, terminal) : run(source, kernel, report);
    }

    private static void checkSource(ParseResult parsed) throws UsageException {
        int sources = Options.words(parsed).size();
        sources += parsed.hasMatchedOption("--corpus") ? 1 : 0;
        sources += parsed.hasMatchedOption("--random") ? 1 : 0;
        if (sources != 1) {
            throw new UsageException(
                    (sources == 0 ? "no histories" : "histories from more than one source")
                            + ": name a file, - for stdin, --corpus or --random N");
        }
        for (String name : Options.words(parsed)) {
            checkReadable(name);
        }
    }

    /// The histories that the arguments name.
    ///
    /// @param uids whether random histories may have sockets of two users
    private static ReplaySource source(ParseResult parsed, boolean uids, Terminal terminal) {
        Optional<Integer> random = Options.value(parsed, "--random");
        if (random.isPresent()) {
            Optional<Long> wanted = Options.value(parsed, "--seed");
            long seed = wanted.orElseGet(() -> System.nanoTime() >>> 1);
            terminal.errLine("berth lab replay: --seed " + seed + " repeats these histories");
            return new ReplaySource.Random(random.get(), seed, uids);
        }
        List<String> files = Options.words(parsed);
        return files.isEmpty()
                ? new ReplaySource.Corpus()
                : new ReplaySource.Lines(files.getFirst());
    }

    private static void checkReadable(String name) throws UsageException {
        if (name.isEmpty()) {
            throw new UsageException("the name of the file is empty; is a variable in it unset?");
        }
        Path file = Path.of(name);
        if (!name.equals("-") && (!Files.isReadable(file) || Files.isDirectory(file))) {
            throw new UsageException("cannot read " + name + ": no such file, or no permission");
        }
    }

    private static int print(ReplaySource source, ReplayReport report, Terminal terminal)
            throws IOException {
        source.each(
                item -> {
                    try {
                        History history = item.content().history();
                        terminal.line(HistoryWriter.write(history, item.note()));
                    } catch (BadHistoryException wrong) {
                        report.show(bad(item, wrong));
                    }
                });
        return report.code();
    }

    private static int run(ReplaySource source, boolean kernel, ReplayReport report)
            throws IOException {
        int atOnce = Runtime.getRuntime().availableProcessors();
        try (Replay replay = new Replay();
                var work = new OrderedOutput<ReplayOutcome>(atOnce, report::show)) {
            Function<History, ReplayAnswer> run = kernel ? replay::run : Replay::predict;
            source.each(item -> work.submit(() -> outcome(item, run)));
        }
        report.summary();
        return report.code();
    }

    private static ReplayOutcome outcome(
            ReplaySource.Item item, Function<History, ReplayAnswer> run) {
        try {
            ReplayAnswer answer = run.apply(item.content().history());
            return new ReplayOutcome.Answered(item.where(), answer, item.note());
        } catch (BadHistoryException wrong) {
            return bad(item, wrong);
        }
    }

    private static ReplayOutcome.Bad bad(ReplaySource.Item item, BadHistoryException wrong) {
        String problem = String.valueOf(wrong.getMessage());
        return new ReplayOutcome.Bad(item.where(), wrong.id(), problem);
    }

    private static long seed(String text) {
        if (text.matches("[0-9]{1,19}") && new BigInteger(text).bitLength() < Long.SIZE) {
            return Long.parseLong(text);
        }
        throw new TypeConversionException("a seed is a whole number, not " + text);
    }

    /// The same command line, for another process.
    private static List<String> words(ParseResult parsed) {
        List<String> all = new ArrayList<>(List.of("lab", "replay"));
        FLAGS.stream().filter(parsed::hasMatchedOption).forEach(all::add);
        for (String option : VALUES) {
            Options.value(parsed, option)
                    .ifPresent(value -> all.addAll(List.of(option, "" + value)));
        }
        all.addAll(Options.words(parsed));
        return all;
    }
}
