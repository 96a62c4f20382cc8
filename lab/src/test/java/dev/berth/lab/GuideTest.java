package dev.berth.lab;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.tomlj.Toml;
import org.tomlj.TomlTable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Checks `docs/sharing-a-port.md` and what it refers to.
class GuideTest {
    private static final Path GUIDE = Path.of("../docs/sharing-a-port.md");
    private static final Path EXAMPLES = Path.of("../examples/sharing");
    private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");
    private static final Pattern VERDICT = Pattern.compile("`([a-z][a-z0-9-]+)` \\((\\w+)\\)");
    private static final String KERNEL = "6.18";

    private static final String TABLE = "## The text behind it, claim by claim\n";

    private static Set<String> shipped() {
        return Scenarios.shipped().stream()
                .map(Scenario::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> code(String pattern) throws IOException {
        return CODE.matcher(Files.readString(GUIDE))
                .results()
                .map(found -> found.group(1))
                .filter(text -> text.matches(pattern))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /// The rows of the table that maps the text's claims, without its header.
    private static List<String> rows() throws IOException {
        String guide = Files.readString(GUIDE);
        assertThat(guide).contains(TABLE);
        return guide.substring(guide.indexOf(TABLE))
                .lines()
                .filter(line -> line.startsWith("| "))
                .skip(2)
                .toList();
    }

    private static Map<String, String> recorded() throws IOException {
        TomlTable table = Toml.parse(Scenarios.resource("expected.toml")).getTable(List.of(KERNEL));
        Map<String, String> verdicts = new TreeMap<>();
        table.keySet().forEach(name -> verdicts.put(name, table.getString(List.of(name))));
        return verdicts;
    }

    @Test
    void everyScenarioThatTheGuideNamesExists() throws IOException {
        assertThat(shipped()).containsAll(code("[a-z0-9]+(-[a-z0-9]+)+"));
    }

    @Test
    void theGuideNamesEveryScenario() throws IOException {
        assertThat(code("[a-z0-9-]+")).containsAll(shipped());
    }

    @Test
    void everyScenarioHasARecordedVerdictAndNoOtherHas() throws IOException {
        assertThat(recorded().keySet()).isEqualTo(shipped());
    }

    @Test
    void theGuideNamesEveryExampleAndNoOther() throws IOException {
        try (Stream<Path> files = Files.list(EXAMPLES)) {
            Set<String> there =
                    files.map(file -> file.getFileName().toString())
                            .filter(name -> name.endsWith(".java"))
                            .collect(Collectors.toCollection(TreeSet::new));
            assertThat(code("\\w+\\.java")).isEqualTo(there);
        }
    }

    @Test
    void theTableGivesTheRecordedVerdicts() throws IOException {
        Map<String, String> recorded = recorded();
        assertThat(rows()).hasSizeGreaterThan(30);
        for (String row : rows()) {
            String scenarios = row.split(" *\\| *", -1)[3];
            List<String> told = new ArrayList<>();
            for (MatchResult found : VERDICT.matcher(scenarios).results().toList()) {
                told.add(found.group());
                assertThat(found.group(2))
                        .as(found.group(1))
                        .isEqualTo(recorded.get(found.group(1)));
            }
            assertThat(String.join(", ", told)).as(row).isEqualTo(scenarios).isNotEmpty();
        }
    }
}
