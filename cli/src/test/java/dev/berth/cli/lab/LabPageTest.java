package dev.berth.cli.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.cli.Capture;
import dev.berth.lab.Expectations;
import dev.berth.lab.Grid;
import dev.berth.lab.Grid.Cell;
import dev.berth.lab.Grid.Row;
import dev.berth.lab.Measurement;
import dev.berth.lab.ScenarioResult;
import dev.berth.lab.TruthTable;
import dev.berth.lab.Verdict;
import dev.berth.net.Protocol;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import javax.xml.parsers.DocumentBuilderFactory;

class LabPageTest {
    private static final String HOSTILE = "</li><script src=\"//x\">'&\u0000\u001b[2J\u202e";
    private static final String HARMLESS = "</li><script src=\"//x\">'&??[2J?";

    @TempDir Path folder;

    private static ScenarioResult result(String name, Verdict verdict, Measurement... measured) {
        return new ScenarioResult(
                name,
                "claim of " + name,
                verdict,
                List.of(HOSTILE),
                Optional.of(HOSTILE),
                List.of(measured),
                false);
    }

    private static TruthTable table() {
        var row =
                new Row("row", List.of(new Cell(".", "."), new Cell("X", "."), new Cell("L", "L")));
        var grid =
                new Grid(
                        "g",
                        "A title",
                        List.of(". succeeds   X bind fails   L late"),
                        List.of(""),
                        List.of("1", "2", "3"),
                        List.of(row));
        return new TruthTable("6.18.5", Protocol.UDP, List.of(grid));
    }

    private static Document page(ScenarioResult... results) throws Exception {
        var expectations = Expectations.of("[\"6.18\"]\ntwo = \"fails\"\n", "6.18.5");
        var report =
                new LabReport(
                        List.of(results),
                        List.of(table()),
                        expectations,
                        "Linux " + HOSTILE,
                        Instant.EPOCH);
        String page = LabPage.of(report);
        assertThat(page).doesNotContain("<script", "href=", "url(", "@import", "http:/", "<link");
        var parser = DocumentBuilderFactory.newInstance().newDocumentBuilder();
        return parser.parse(new ByteArrayInputStream(page.getBytes(UTF_8)));
    }

    private static List<Element> all(Document page, String name) {
        NodeList nodes = page.getElementsByTagName(name);
        List<Element> found = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            found.add((Element) nodes.item(i));
        }
        return found;
    }

    private static List<String> texts(Document page, String name) {
        return all(page, name).stream().map(Element::getTextContent).toList();
    }

    @Test
    void everyClaimHasItsVerdictAndEvidenceAndChangedOnesAreOpen() throws Exception {
        Document page = page(result("one", Verdict.HOLDS), result("two", Verdict.PARTLY));
        assertThat(texts(page, "summary"))
                .containsExactly("holds claim of one one", "partly claim of two two");
        assertThat(all(page, "details").get(0).hasAttribute("open")).isFalse();
        assertThat(all(page, "details").get(1).hasAttribute("open")).isTrue();
        assertThat(texts(page, "p")).contains("Changed: recorded on Linux 6.18: fails");
        assertThat(texts(page, "p"))
                .contains("2 scenarios on Linux 6.18.5: 1 holds, 1 partly; changed: 1.");
    }

    @Test
    void foreignTextIsEscaped() throws Exception {
        Document page = page(result("one", Verdict.HOLDS));
        assertThat(texts(page, "li")).contains(HARMLESS);
        assertThat(texts(page, "code")).contains("Linux " + HARMLESS);
    }

    @Test
    void cellsHaveASignAColourAndThePrediction() throws Exception {
        Document page = page();
        assertThat(texts(page, "td")).containsExactly("", ".", "X!.", "L");
        assertThat(all(page, "td").stream().map(cell -> cell.getAttribute("class")))
                .containsExactly("", "yes first", "differs further", "late further");
        assertThat(texts(page, "li")).containsExactly(". succeeds   X bind fails   L late");
    }

    @Test
    void barsAreAsLongAsTheCountsAndEmptyOnesAreShown() throws Exception {
        Map<String, Double> figures = Map.of("members", 3.0, "chi2", 20.0, "p", 0.0000454);
        var spread = new Measurement("of30", figures, Map.of("a.s", 10, "a.t", 20));
        var other = new Measurement("crowd", Map.of("connected", 3.0), Map.of());
        Document page = page(result("one", Verdict.HOLDS, spread, other));
        assertThat(all(page, "svg")).hasSize(1);
        assertThat(all(page, "rect").stream().map(bar -> bar.getAttribute("width")))
                .containsExactly("84", "168", "0");
        assertThat(texts(page, "text")).containsExactly("a.s", "10", "a.t", "20", "another", "0");
        assertThat(texts(page, "figcaption"))
                .contains("of30 30 answers of 3 sockets, chi-square 20, p 4.54e-05");
    }

    @Test
    void unwritableFileIsReportedBeforeAnythingIsRun() {
        var page = new Capture("lab", "--html", folder.resolve("none/page.html").toString());
        assertThat(page.code).isEqualTo(1);
        assertThat(page.out()).isEmpty();
        assertThat(page.err())
                .startsWith("berth: cannot write " + folder + "/none/page.html: there is no");
        assertThat(new Capture("lab", "--html", folder.toString()).err())
                .contains("it is a directory");
    }

    @Test
    void fileWhoseWriteFailsIsReportedToo() throws Exception {
        var file = new ReportFile(Path.of("/dev/full"));
        file.check();
        assertThatThrownBy(() -> file.write("text"))
                .hasMessageStartingWith("cannot write /dev/full: No space left");
        new ReportFile(folder.resolve("page")).write("text");
        assertThat(Files.readString(folder.resolve("page"))).isEqualTo("text");
    }

    @Test
    void fileIsCalledIncompleteOnlyIfSomethingWasWritten() throws Exception {
        assertThatThrownBy(() -> new ReportFile(Path.of("/dev/full")).write("text"))
                .hasMessageNotContaining("incomplete");
        Path gone = Files.createDirectory(folder.resolve("gone"));
        var file = new ReportFile(gone.resolve("page"));
        file.check();
        Files.delete(gone);
        assertThatThrownBy(() -> file.write("text"))
                .hasMessageEndingWith("there is no directory " + gone + "; create it first")
                .hasMessageNotContaining("incomplete");
    }
}
