package dev.berth.cli.lab;

import dev.berth.cli.command.ExitCode;
import dev.berth.cli.command.LineWrap;
import dev.berth.cli.command.Terminal;
import dev.berth.inspect.Printable;
import dev.berth.lab.ReplayAnswer;
import dev.berth.lab.ReplayAnswer.StepAnswer;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// Prints the results of `berth lab replay`, and determines the exit code.
final class ReplayReport {
    private static final int INDENT = 9;

    private final Terminal terminal;
    private final boolean json;
    private final boolean kernel;
    private int equal;
    private int predicted;
    private int differing;
    private int failed;
    private int bad;

    /// @param kernel whether the kernel is asked
    ReplayReport(Terminal terminal, boolean json, boolean kernel) {
        this.terminal = terminal;
        this.json = json;
        this.kernel = kernel;
    }

    void show(ReplayOutcome outcome) {
        switch (outcome) {
            case ReplayOutcome.Bad wrong -> bad(wrong);
            case ReplayOutcome.Answered answered -> answered(answered);
        }
    }

    private void bad(ReplayOutcome.Bad wrong) {
        bad++;
        String problem = wrong.where() + ": " + wrong.problem();
        if (json) {
            terminal.line(ReplayJson.error(wrong.id(), problem));
        }
        complain(problem);
    }

    private void answered(ReplayOutcome.Answered answered) {
        ReplayAnswer answer = answered.answer();
        count(answer);
        if (answer.failure().isPresent()) {
            complain(answered.where() + ": " + answer.failure().get());
        }
        if (json) {
            terminal.line(ReplayJson.of(answer));
        } else if (answer.failure().isEmpty()) {
            lines(answer, answered.note()).forEach(this::wrapped);
        }
    }

    private void count(ReplayAnswer answer) {
        if (answer.failure().isPresent()) {
            failed++;
        } else if (answer.differs()) {
            differing++;
        } else if (kernel) {
            equal++;
        } else {
            predicted++;
        }
    }

    private void complain(String problem) {
        terminal.errLine("berth lab replay: " + Printable.text(problem));
    }

    /// @param foreign text that may contain names from outside
    private void wrapped(String foreign) {
        String line = Printable.text(foreign);
        if (terminal.columns().isPresent()) {
            int columns = terminal.columns().getAsInt();
            LineWrap.lines(line, columns, INDENT).forEach(terminal::line);
        } else {
            terminal.line(line);
        }
    }

    private List<String> lines(ReplayAnswer answer, String note) {
        List<String> lines = new ArrayList<>();
        String id = answer.history().id();
        if (answer.differs()) {
            lines.add("differs  " + id + (note.isEmpty() ? "" : "  " + note));
            answer.steps().forEach(step -> lines.add(line(step)));
        } else if (!kernel) {
            lines.add("predicts " + id + "  " + answers(answer));
        } else {
            lines.add("equal    " + id + "  " + (note.isEmpty() ? answers(answer) : note));
        }
        return lines;
    }

    private static String line(StepAnswer step) {
        String kernel = step.kernel().orElse("");
        String text = step.step().text() + ": " + kernel;
        return step.differs()
                ? "       > " + text + ", predicted " + step.predicted().orElse("")
                : " ".repeat(INDENT) + text;
    }

    private static String answers(ReplayAnswer answer) {
        return answer.steps().stream()
                .filter(step -> step.predicted().isPresent())
                .map(step -> step.step().text() + " " + step.predicted().get())
                .collect(Collectors.joining(", "));
    }

    /// Prints the last line for people.
    void summary() {
        if (json) {
            return;
        }
        List<String> parts = new ArrayList<>();
        part(parts, equal, "as predicted");
        part(parts, differing, "not as predicted");
        part(parts, predicted, "predicted, not run");
        part(parts, failed, "could not be run");
        part(parts, bad, "unreadable");
        int count = equal + differing + predicted + failed + bad;
        String many = count + (count == 1 ? " history" : " histories");
        wrapped(parts.isEmpty() ? many : many + ": " + String.join(", ", parts));
    }

    int code() {
        if (bad > 0) {
            return ExitCode.USAGE;
        }
        return differing + failed > 0 ? ExitCode.FAILED : ExitCode.DONE;
    }

    private static void part(List<String> parts, int many, String what) {
        if (many > 0) {
            parts.add(many + " " + what);
        }
    }
}
