package dev.berth.cli.doctor;

import dev.berth.cli.command.ExitCode;
import dev.berth.cli.command.JsonOutput;
import dev.berth.cli.command.LineWrap;
import dev.berth.cli.command.Options;
import dev.berth.cli.command.Subcommand;
import dev.berth.cli.command.Terminal;
import dev.berth.cli.command.UsageException;
import dev.berth.sys.Platform;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import tools.jackson.core.JsonGenerator;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// `berth doctor [--json]`.
public final class DoctorCommand implements Subcommand {
    private static final int SCHEMA = 1;
    private static final int WIDE = 100;

    @Override
    public CommandSpec spec() {
        return CommandSpec.create()
                .addOption(Options.flag("--json", "Print one line of JSON, schema 1."));
    }

    @Override
    public int run(ParseResult parsed, Terminal terminal) throws UsageException, IOException {
        List<DoctorFinding> findings = examine();
        boolean works = findings.stream().allMatch(f -> f.available() || !f.check().required());
        if (parsed.hasMatchedOption("--json")) {
            terminal.line(JsonOutput.object(json -> write(json, findings, works)));
        } else {
            lines(findings, works, terminal.columns().orElse(WIDE)).forEach(terminal::line);
        }
        return works ? ExitCode.DONE : ExitCode.FAILED;
    }

    private static List<DoctorFinding> examine() {
        return DoctorChecks.all().stream()
                .map(e -> Platform.supported() ? e.examine() : elsewhere(e))
                .toList();
    }

    /// The finding on other systems than Linux, where nothing can be tried.
    private static DoctorFinding elsewhere(DoctorCheck check) {
        return new DoctorFinding(
                check, false, Platform.describe(), Optional.of("run Berth on Linux"));
    }

    static List<String> lines(List<DoctorFinding> findings, boolean works, int columns) {
        List<String> lines = new ArrayList<>();
        lines.add(Platform.describe() + ", kernel " + System.getProperty("os.version"));
        for (DoctorFinding finding : findings) {
            String detail = finding.detail().isEmpty() ? "" : " (" + finding.detail() + ")";
            DoctorCheck check = finding.check();
            String first =
                    String.format(
                            "%-3s  %s%s: %s%s",
                            finding.available() ? "yes" : "no",
                            check.name(),
                            since(check.since()),
                            check.purpose(),
                            detail);
            lines.addAll(LineWrap.lines(first, columns, 5));
            finding.advice()
                    .ifPresent(
                            advice ->
                                    lines.addAll(LineWrap.lines("     -> " + advice, columns, 8)));
        }
        lines.add(
                works
                        ? "berth run works here."
                        : "berth run does not work here for an unmodified program.");
        return lines;
    }

    private static String since(String text) {
        if (text.isEmpty()) {
            return "";
        }
        return (text.startsWith("Linux") ? ", since " : ", needs ") + text;
    }

    private static void write(JsonGenerator json, List<DoctorFinding> findings, boolean works) {
        json.writeNumberProperty("schema", SCHEMA);
        json.writeStringProperty("platform", Platform.describe());
        json.writeStringProperty("kernel", System.getProperty("os.version"));
        json.writeBooleanProperty("run", works);
        JsonOutput.objects(
                json,
                "capabilities",
                findings,
                finding -> {
                    json.writeStringProperty("name", finding.check().name());
                    json.writeBooleanProperty("available", finding.available());
                    json.writeBooleanProperty("required", finding.check().required());
                    json.writeStringProperty("since", finding.check().since());
                    json.writeStringProperty("purpose", finding.check().purpose());
                    json.writeStringProperty("detail", finding.detail());
                    finding.advice()
                            .ifPresent(advice -> json.writeStringProperty("advice", advice));
                });
    }
}
