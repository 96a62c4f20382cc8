package dev.berth.cli.lab;

import dev.berth.cli.command.LineWrap;
import dev.berth.cli.command.Terminal;
import dev.berth.inspect.Printable;
import dev.berth.lab.Expectations;
import dev.berth.lab.Scenario;
import dev.berth.lab.ScenarioResult;
import dev.berth.lab.Verdict;

import java.util.ArrayList;
import java.util.List;

/// `berth lab` for people: one line per verdict, with evidence if requested, and a summary.
final class LabText {
    private static final int INDENT = 9;

    /// The least number of columns for a claim next to its name.
    private static final int LEAST_ROOM = 30;

    private static final int MOST_ROOM = Integer.MAX_VALUE;
    private static final String ERASE = "\r\033[K";

    private final Terminal terminal;
    private final Expectations expectations;
    private final boolean verbose;
    private final int nameWidth;
    private final int count;
    private int shown;

    LabText(
            Terminal terminal,
            Expectations expectations,
            boolean verbose,
            List<Scenario> scenarios) {
        this.terminal = terminal;
        this.expectations = expectations;
        this.verbose = verbose;
        this.nameWidth = width(scenarios);
        this.count = scenarios.size();
        progress();
    }

    private static int width(List<Scenario> scenarios) {
        return scenarios.stream().mapToInt(scenario -> scenario.name().length()).max().orElse(0);
    }

    static void list(List<Scenario> scenarios, Terminal terminal) {
        int width = width(scenarios);
        for (Scenario scenario : scenarios) {
            String name = pad(scenario.name(), width);
            claim(name, scenario.claim(), 2, terminal).forEach(terminal::line);
        }
    }

    /// A claim next to its heading, or below it if there is little room.
    private static List<String> claim(String head, String claim, int indent, Terminal terminal) {
        if (terminal.columns().orElse(MOST_ROOM) - head.length() >= LEAST_ROOM) {
            return wrapped(head + "  " + claim, head.length() + 2, terminal);
        }
        List<String> lines = new ArrayList<>(List.of(head.stripTrailing()));
        lines.addAll(wrapped(" ".repeat(indent) + claim, indent, terminal));
        return lines;
    }

    /// Shows a result, and returns whether the output is still read.
    boolean show(ScenarioResult result) {
        if (terminal.columns().isPresent()) {
            terminal.out().print(ERASE);
        }
        shown++;
        lines(result).forEach(terminal::line);
        progress();
        return !terminal.lost();
    }

    /// Shows the progress, on a terminal only, in a line that the next one overwrites.
    private void progress() {
        if (terminal.columns().isPresent() && shown < count) {
            terminal.out().print("running " + (shown + 1) + " of " + count + " …");
            terminal.flush();
        }
    }

    private List<String> lines(ScenarioResult result) {
        String verdict = pad(result.verdict().text(), INDENT - 2);
        String name = pad(result.name(), nameWidth);
        String head = verdict + "  " + name;
        List<String> lines = new ArrayList<>(claim(head, result.claim(), INDENT, terminal));
        lines.set(0, coloured(result.verdict()) + lines.getFirst().substring(verdict.length()));
        if (verbose || result.broken()) {
            result.evidence().forEach(text -> lines.addAll(indented("- " + text)));
        }
        boolean known = result.verdict() != Verdict.SKIPPED && !result.broken();
        boolean recorded = known && expectations.of(result.name()).isPresent();
        if (result.reason().isPresent() && (verbose || !recorded)) {
            lines.addAll(indented(result.reason().get()));
        }
        expectations.news(result).ifPresent(news -> lines.addAll(indented("changed: " + news)));
        return lines;
    }

    private List<String> indented(String text) {
        return wrapped(" ".repeat(INDENT) + text, INDENT + 2, terminal);
    }

    /// @param foreign text that may come from a file or a socket
    private static List<String> wrapped(String foreign, int indent, Terminal terminal) {
        String line = Printable.text(foreign);
        return terminal.columns().isPresent()
                ? LineWrap.lines(line, terminal.columns().getAsInt(), indent)
                : List.of(line);
    }

    private String coloured(Verdict verdict) {
        String word = pad(verdict.text(), INDENT - 2);
        if (!terminal.colour()) {
            return word;
        }
        String code =
                switch (verdict) {
                    case HOLDS -> "32";
                    case FAILS -> "31";
                    case PARTLY -> "33";
                    case SKIPPED -> "2";
                };
        return "\033[" + code + "m" + word + "\033[0m";
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    void summary(List<ScenarioResult> results) {
        String hint = verbose ? "" : " (-v shows what happened)";
        terminal.line("");
        wrapped(LabReport.summary(results, expectations) + hint, 2, terminal)
                .forEach(terminal::line);
    }
}
