package dev.berth.cli.lab;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.cli.command.Version;
import dev.berth.lab.Grid;
import dev.berth.lab.Measurement;
import dev.berth.lab.ScenarioResult;
import dev.berth.lab.TruthTable;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/// `berth lab --html`: a single page that needs no other file, no script and no network.
final class LabPage {
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    /// Makes the browser enforce that.
    private static final String NO_NETWORK = "default-src 'none'; style-src 'unsafe-inline'";

    private final LabReport report;
    private final Html html = new Html();

    private LabPage(LabReport report) {
        this.report = report;
    }

    static String of(LabReport report) {
        LabPage page = new LabPage(report);
        page.write();
        return page.html.toString();
    }

    private void write() {
        html.open("html", "lang", "en").line();
        head();
        html.open("body").open("main").line();
        title();
        claims();
        if (!report.tables().isEmpty()) {
            tables();
        }
        if (!measured().isEmpty()) {
            plots();
        }
        html.close().close().line().close();
    }

    private void head() {
        html.open("head").empty("meta", "charset", "utf-8");
        html.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
        html.empty("meta", "http-equiv", "Content-Security-Policy", "content", NO_NETWORK);
        html.empty("meta", "name", "color-scheme", "content", "light dark");
        html.element("title", "Sharing a port on Linux " + report.expectations().release());
        html.style(sheet()).close().line();
    }

    private static String sheet() {
        try (InputStream in = LabPage.class.getResourceAsStream("lab-page.css")) {
            if (in == null) {
                throw new IllegalStateException("the style sheet is missing");
            }
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private void title() {
        html.open("header");
        html.element("h1", "Sharing a port on Linux " + report.expectations().release());
        html.element("p", report.summary() + ".", "class", "summary");
        html.open("p").text("Every verdict, cell and bar was measured on this machine on ");
        html.text(DATE.format(report.made()) + ", with real processes and real traffic in");
        html.text(" separate network namespaces (berth " + Version.TEXT + "): ");
        html.element("code", report.machine()).close();
        html.close().line();
    }

    private void claims() {
        html.open("section", "id", "claims").element("h2", "Claims");
        html.open("p", "class", "note");
        html.text("holds: every check confirmed the claim; partly: some did; fails: none");
        html.text(" did; skipped: could not be run here. A click shows what happened.").close();
        html.line();
        report.results().forEach(this::claim);
        html.close().line();
    }

    private void claim(ScenarioResult result) {
        boolean news = report.expectations().news(result).isPresent();
        html.open("details", news ? new String[] {"open", "open"} : new String[0]);
        String verdict = result.verdict().text();
        html.open("summary").element("span", verdict, "class", "verdict " + verdict).text(" ");
        html.element("span", result.claim(), "class", "claim").text(" ");
        html.element("code", result.name()).close().open("div");
        if (!result.evidence().isEmpty()) {
            html.open("ul");
            result.evidence().forEach(text -> html.element("li", text));
            html.close();
        }
        result.reason().ifPresent(reason -> html.element("p", reason, "class", "reason"));
        report.expectations()
                .news(result)
                .ifPresent(text -> html.element("p", "Changed: " + text, "class", "news"));
        html.close().close().line();
    }

    private void tables() {
        html.open("section", "id", "tables").element("h2", "Truth tables");
        html.open("p", "class", "note");
        html.text("Which sockets can share a port, and who then gets what. Each cell has a sign");
        html.text(" and a colour. Where Berth's rules predict something else, the cell");
        html.text(" has a ! and the prediction.").close().line();
        for (TruthTable table : report.tables()) {
            html.element("h3", table.protocol().text().toUpperCase(Locale.ROOT));
            for (Grid grid : table.grids()) {
                GridFigure.draw(grid, html);
            }
        }
        html.close().line();
    }

    private List<ScenarioResult> measured() {
        return report.results().stream()
                .filter(result -> result.measurements().stream().anyMatch(SpreadPlot::fits))
                .toList();
    }

    private void plots() {
        html.open("section", "id", "distributions").element("h2", "Distributions");
        html.open("p", "class", "note");
        html.text("How many clients each socket served. The dashed line is the mean. p: how often");
        html.text(" pure chance would be at least this uneven.").close().line();
        for (ScenarioResult result : measured()) {
            html.element("h3", result.name()).open("div", "class", "plots");
            for (Measurement measurement : result.measurements()) {
                if (SpreadPlot.fits(measurement)) {
                    SpreadPlot.draw(measurement, html);
                }
            }
            html.close().line();
        }
        html.close().line();
    }
}
