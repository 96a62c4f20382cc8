package dev.berth.cli.lab;

import dev.berth.inspect.Sysctl;
import dev.berth.lab.Expectations;
import dev.berth.lab.ScenarioResult;
import dev.berth.lab.TruthTable;
import dev.berth.lab.Verdict;
import dev.berth.net.Protocol;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// The results of one run of the lab.
///
/// @param results in the order of the scenarios
/// @param tables the truth tables made in the same run
/// @param expectations what is recorded for this kernel
/// @param machine the output of uname(2)
/// @param made the time of the run
record LabReport(
        List<ScenarioResult> results,
        List<TruthTable> tables,
        Expectations expectations,
        String machine,
        Instant made) {
    LabReport {
        results = List.copyOf(results);
        tables = List.copyOf(tables);
    }

    /// A report of results just obtained on this machine; also measures the truth tables.
    static LabReport of(List<ScenarioResult> results, Expectations expectations)
            throws IOException {
        List<TruthTable> tables =
                List.of(TruthTable.measure(Protocol.TCP), TruthTable.measure(Protocol.UDP));
        return new LabReport(results, tables, expectations, uname(), Instant.now());
    }

    private static String uname() {
        List<String> words = new ArrayList<>(List.of("Linux"));
        for (String name : List.of("hostname", "osrelease", "version")) {
            Sysctl.read("kernel/" + name).ifPresent(words::add);
        }
        words.add(System.getProperty("os.arch"));
        return String.join(" ", words);
    }

    /// `3 scenarios on Linux 6.18.5: 2 holds, 1 fails; changed: 1`.
    String summary() {
        return summary(results, expectations);
    }

    static String summary(List<ScenarioResult> results, Expectations expectations) {
        List<String> parts = new ArrayList<>();
        for (Verdict verdict : Verdict.values()) {
            long many = results.stream().filter(result -> result.verdict() == verdict).count();
            if (many > 0) {
                parts.add(many + " " + verdict.text());
            }
        }
        long news = results.stream().filter(r -> expectations.news(r).isPresent()).count();
        String unknown = expectations.known() ? "" : "; nothing is recorded for this kernel";
        return results.size()
                + (results.size() == 1 ? " scenario" : " scenarios")
                + " on Linux "
                + expectations.release()
                + ": "
                + String.join(", ", parts)
                + (news > 0 ? "; changed: " + news : "")
                + unknown;
    }
}
