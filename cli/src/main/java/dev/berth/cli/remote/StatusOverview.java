package dev.berth.cli.remote;

import dev.berth.cli.command.ExitCode;
import dev.berth.cli.command.JsonOutput;
import dev.berth.cli.command.JsonTree;
import dev.berth.cli.command.Terminal;
import dev.berth.inspect.Printable;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// `berth status` if several supervisors are running: a line for each.
///
/// **Shape:** as JSON `{"schema":1,"supervisors":[…],"unknown":[…]}`, with the output of `berth
/// status NAME --json` for each supervisor, and a sentence for each that does not answer.
final class StatusOverview {
    private final Map<String, String> answers = new LinkedHashMap<>();
    private final List<String> unknown = new ArrayList<>();

    StatusOverview(List<String> names) {
        for (String name : names) {
            try {
                Optional<String> answer = StatusQuery.json(name);
                answer.ifPresentOrElse(
                        json -> answers.put(name, json),
                        () -> unknown.add(name + " has no status yet"));
            } catch (IOException unanswered) {
                unknown.add(name + " does not answer: " + unanswered.getMessage());
            }
        }
    }

    /// Prints it and returns the exit code, which says whether all answered.
    int print(Terminal terminal, boolean json) {
        if (json) {
            terminal.line(json());
        } else {
            table(answers.values().stream().map(Summary::parse).toList())
                    .lines(terminal.columns().orElse(Integer.MAX_VALUE), terminal.colour())
                    .forEach(terminal::line);
            unknown.forEach(sentence -> terminal.line(Printable.text(sentence)));
            terminal.line("for one supervisor: berth status NAME");
        }
        return unknown.isEmpty() ? ExitCode.DONE : ExitCode.FAILED;
    }

    private String json() {
        String tail =
                JsonOutput.object(json -> JsonOutput.strings(json, "unknown", unknown))
                        .substring(1);
        return "{\"schema\":1,\"supervisors\":[" + String.join(",", answers.values()) + "]," + tail;
    }

    static TextTable table(List<Summary> summaries) {
        var table = new TextTable("NAME<0 READY<0 PID>2 CONNS>3 LISTEN<1 NOW<4");
        summaries.forEach(summary -> row(table, summary));
        return table;
    }

    private static void row(TextTable table, Summary summary) {
        boolean whole = summary.ready() == summary.slots();
        table.row(
                whole ? TextTable.Paint.GREEN : TextTable.Paint.YELLOW,
                List.of(
                        Printable.text(summary.name()),
                        summary.ready() + "/" + summary.slots(),
                        String.valueOf(summary.pid()),
                        String.valueOf(summary.connections()),
                        Printable.text(String.join(" ", summary.listen())),
                        summary.operation().isEmpty() ? "-" : Printable.text(summary.operation())));
    }

    /// The contents of a line.
    record Summary(
            String name,
            long pid,
            long slots,
            long ready,
            long connections,
            List<String> listen,
            String operation) {
        static Summary parse(String status) {
            Object tree = JsonTree.parse(status);
            List<?> slots = list(tree, "slots");
            return new Summary(
                    text(tree, "name"),
                    number(tree, "pid"),
                    slots.size(),
                    slots.stream().filter(slot -> text(slot, "state").equals("ready")).count(),
                    slots.stream()
                            .flatMap(slot -> list(slot, "workers").stream())
                            .mapToLong(worker -> number(worker, "connections"))
                            .sum(),
                    list(tree, "listen").stream().map(String::valueOf).toList(),
                    text(tree, "operation"));
        }

        private static String text(Object tree, String field) {
            return field(tree, field) instanceof String text ? text : "";
        }

        private static long number(Object tree, String field) {
            return field(tree, field) instanceof Long number ? number : 0;
        }

        private static List<?> list(Object tree, String field) {
            return field(tree, field) instanceof List<?> list ? list : List.of();
        }

        private static @Nullable Object field(Object tree, String field) {
            return tree instanceof Map<?, ?> fields ? fields.get(field) : null;
        }
    }
}
