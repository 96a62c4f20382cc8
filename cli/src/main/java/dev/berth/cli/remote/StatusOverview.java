package dev.berth.cli.remote;

import dev.berth.cli.command.ExitCode;
import dev.berth.cli.command.JsonOutput;
import dev.berth.cli.command.Terminal;
import dev.berth.inspect.Printable;

import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

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
        boolean whole = summary.ready == summary.slots;
        table.row(
                whole ? TextTable.Paint.GREEN : TextTable.Paint.YELLOW,
                List.of(
                        Printable.text(summary.name),
                        summary.ready + "/" + summary.slots,
                        String.valueOf(summary.pid),
                        String.valueOf(summary.connections),
                        Printable.text(String.join(" ", summary.listen)),
                        summary.operation.isEmpty() ? "-" : Printable.text(summary.operation)));
    }

    /// The contents of a line.
    static final class Summary {
        String name = "";
        String operation = "";
        long pid;
        int slots;
        int ready;
        long connections;
        final List<String> listen = new ArrayList<>();

        static Summary parse(String status) {
            var summary = new Summary();
            try (JsonParser json =
                    new JsonFactory().createParser(ObjectReadContext.empty(), status)) {
                json.nextToken();
                for (String field = json.nextName(); field != null; field = json.nextName()) {
                    JsonToken token = json.nextToken();
                    switch (field) {
                        case "name" -> summary.name = json.getString();
                        case "pid" -> summary.pid = json.getLongValue();
                        case "operation" ->
                                summary.operation =
                                        token == JsonToken.VALUE_NULL ? "" : json.getString();
                        case "listen" -> {
                            while (json.nextToken() != JsonToken.END_ARRAY) {
                                summary.listen.add(json.getString());
                            }
                        }
                        case "slots" -> summary.slots(json);
                        default -> json.skipChildren();
                    }
                }
            }
            return summary;
        }

        private void slots(JsonParser json) {
            while (json.nextToken() == JsonToken.START_OBJECT) {
                slots++;
                for (String field = json.nextName(); field != null; field = json.nextName()) {
                    json.nextToken();
                    switch (field) {
                        case "state" -> ready += json.getString().equals("ready") ? 1 : 0;
                        case "workers" -> workers(json);
                        default -> json.skipChildren();
                    }
                }
            }
        }

        private void workers(JsonParser json) {
            while (json.nextToken() == JsonToken.START_OBJECT) {
                for (String field = json.nextName(); field != null; field = json.nextName()) {
                    json.nextToken();
                    if (field.equals("connections")) {
                        connections += json.getLongValue();
                    } else {
                        json.skipChildren();
                    }
                }
            }
        }
    }
}
