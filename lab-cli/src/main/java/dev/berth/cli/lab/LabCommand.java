package dev.berth.cli.lab;

import dev.berth.cli.command.CommandFailure;
import dev.berth.cli.command.EditDistance;
import dev.berth.cli.command.ExitCode;
import dev.berth.cli.command.Options;
import dev.berth.cli.command.SelfJvm;
import dev.berth.cli.command.Subcommand;
import dev.berth.cli.command.Terminal;
import dev.berth.cli.command.UsageException;
import dev.berth.inspect.Printable;
import dev.berth.lab.Actor;
import dev.berth.lab.Expectations;
import dev.berth.lab.Lab;
import dev.berth.lab.Scenario;
import dev.berth.lab.ScenarioException;
import dev.berth.lab.ScenarioResult;
import dev.berth.lab.Scenarios;
import dev.berth.lab.Verdict;
import dev.berth.sys.Capabilities;
import dev.berth.sys.Capability;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/// `berth lab [SCENARIO | FILE …] [-v] [--list] [--json] [--html FILE]`.
public final class LabCommand implements Subcommand {
    private static final List<String> ACTOR_OPTIONS = List.of("-Xmx64m", "-Xms4m");

    private final Supplier<Expectations> recorded;

    /// @param recorded the verdicts that are recorded, against which changes are reported
    public LabCommand(Supplier<Expectations> recorded) {
        this.recorded = recorded;
    }

    @Override
    public CommandSpec spec() {
        return CommandSpec.create()
                .addOption(Options.flag("-v", "Show what happened, not only the verdict."))
                .addOption(Options.flag("--list", "List the scenarios without running them."))
                .addOption(Options.flag("--json", "Print one line of JSON, schema 1."))
                .addOption(
                        Options.one(
                                "FILE",
                                Options::file,
                                "Also write a page for the browser, with this kernel's"
                                        + " truth tables and plots; it needs no network.",
                                "--html"))
                .addPositional(
                        Options.words(
                                "SCENARIO", "0..*", "The name of a scenario, or your own file."));
    }

    @Override
    public int run(ParseResult parsed, Terminal terminal) throws UsageException, IOException {
        List<String> words = Options.words(parsed);
        Set<String> own = new HashSet<>();
        List<Scenario> scenarios = scenarios(words, own);
        if (parsed.hasMatchedOption("--list")) {
            list(scenarios, parsed, terminal);
            return ExitCode.DONE;
        }
        CommandFailure.unlessSupported("cannot run scenarios");
        Optional<ReportFile> page =
                Options.<String>value(parsed, "--html").map(name -> new ReportFile(Path.of(name)));
        if (page.isPresent()) {
            page.get().check();
        }
        if (!Capabilities.has(Capability.SYS_ADMIN)) {
            return UserNamespaceRerun.run(labWords(parsed, words), terminal.environment());
        }
        UserNamespaceRerun.endWithParent(terminal.environment());
        Expectations expectations = recorded.get();
        List<ScenarioResult> results = show(scenarios, expectations, parsed, terminal);
        if (page.isPresent()) {
            page.get().write(LabPage.of(LabReport.of(results, expectations)));
            if (!parsed.hasMatchedOption("--json")) {
                terminal.line("The page is in " + Printable.text(page.get().name()));
            }
        }
        boolean expected =
                results.stream().allMatch(result -> asExpected(result, own, expectations));
        return expected ? ExitCode.DONE : ExitCode.FAILED;
    }

    private static void list(List<Scenario> scenarios, ParseResult parsed, Terminal terminal) {
        if (parsed.hasMatchedOption("--json")) {
            terminal.line(LabJson.list(scenarios));
        } else {
            LabText.list(scenarios, terminal);
        }
    }

    /// Runs the scenarios and shows the results.
    private static List<ScenarioResult> show(
            List<Scenario> scenarios,
            Expectations expectations,
            ParseResult parsed,
            Terminal terminal) {
        Lab lab = Lab.here().withActorCommand(SelfJvm.command(Actor.class, ACTOR_OPTIONS));
        if (parsed.hasMatchedOption("--json")) {
            List<ScenarioResult> results = lab.run(scenarios, _ -> true);
            terminal.line(LabJson.of(results));
            return results;
        }
        LabText text =
                new LabText(terminal, expectations, parsed.hasMatchedOption("-v"), scenarios);
        boolean all = parsed.hasMatchedOption("--html");
        List<ScenarioResult> results = lab.run(scenarios, result -> text.show(result) || all);
        text.summary(results);
        return results;
    }

    private static boolean asExpected(
            ScenarioResult result, Set<String> own, Expectations expectations) {
        return own.contains(result.name())
                ? result.verdict() == Verdict.HOLDS || result.verdict() == Verdict.SKIPPED
                : expectations.news(result).isEmpty();
    }

    /// The scenarios that the arguments name.
    ///
    /// @param own receives the names of the scenarios that are not shipped with Berth
    private static List<Scenario> scenarios(List<String> words, Set<String> own)
            throws UsageException, IOException {
        List<Scenario> shipped = Scenarios.shipped();
        if (words.isEmpty()) {
            return shipped;
        }
        List<Scenario> chosen = new ArrayList<>();
        for (String word : words) {
            Optional<Scenario> known =
                    shipped.stream().filter(scenario -> scenario.name().equals(word)).findFirst();
            if (known.isPresent()) {
                chosen.add(known.get());
            } else {
                Scenario scenario = read(word, shipped);
                own.add(scenario.name());
                chosen.add(scenario);
            }
        }
        return chosen;
    }

    private static Scenario read(String word, List<Scenario> shipped)
            throws UsageException, IOException {
        Path file = Path.of(word);
        if (!word.endsWith(".toml") && !word.contains("/")) {
            throw new UsageException(
                    "no such scenario: "
                            + Options.shown(word)
                            + near(word, shipped)
                            + "; see: berth lab --list");
        }
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw new UsageException("cannot read " + word + ": no such file, or no permission");
        }
        try {
            return Scenarios.read(file);
        } catch (ScenarioException wrong) {
            throw new UsageException(String.valueOf(wrong.getMessage()));
        }
    }

    private static String near(String word, List<Scenario> shipped) {
        return shipped.stream()
                .map(Scenario::name)
                .filter(name -> EditDistance.of(word, name) <= Math.max(1, word.length() / 3))
                .findFirst()
                .map(name -> " (did you mean " + name + "?)")
                .orElse("");
    }

    /// The same command line, for another process.
    private static List<String> labWords(ParseResult parsed, List<String> words) {
        List<String> all = new ArrayList<>(List.of("lab"));
        for (String option : List.of("-v", "--json")) {
            if (parsed.hasMatchedOption(option)) {
                all.add(option);
            }
        }
        Options.<String>value(parsed, "--html")
                .ifPresent(file -> all.addAll(List.of("--html", file)));
        all.add("--");
        all.addAll(words);
        return all;
    }
}
