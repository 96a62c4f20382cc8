package dev.berth.cli.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.Capture;
import dev.berth.lab.Grid;
import dev.berth.lab.Grid.Cell;
import dev.berth.lab.Grid.Row;
import dev.berth.lab.TruthTable;
import dev.berth.net.Protocol;
import dev.berth.sys.Capability;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresCapability;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

@ExtendWith(LeakCheck.class)
final class MatrixCommandTest {
    private static final Pattern MADE_ON = Pattern.compile("Linux (\\d+\\.\\d+)\\S*, [-0-9]+; .*");

    private static final LocalDate DATE = LocalDate.of(2026, 11, 22);

    private static Grid grid(String kernel, String predicted) {
        Row row = new Row("row", List.of(new Cell(kernel, predicted)));
        return new Grid("g", "A title", List.of(), List.of(""), List.of("1"), List.of(row));
    }

    @Test
    void cellThatIsNotAsPredictedIsMarked() {
        var table = new TruthTable("1.2", Protocol.TCP, List.of(grid("X", ".")));
        assertThat(table.differences()).isEqualTo(1);
        assertThat(MatrixText.lines(table, DATE, OptionalInt.empty()))
                .containsExactly(
                        "TCP on Linux 1.2, 2026-11-22",
                        "",
                        "A title:",
                        "     1",
                        "row  X!.",
                        "",
                        "1 cells, 1 not as predicted (!)");
    }

    @Test
    void groupsThatDoNotFitSideBySideAreBelowEachOther() {
        Row row = new Row("a row", Collections.nCopies(6, new Cell("X", "X")));
        List<String> columns = List.of("1", "2");
        Grid wide = new Grid("g", "T", List.of(), List.of("p", "q", "r"), columns, List.of(row));
        var table = new TruthTable("1.2", Protocol.TCP, List.of(wide));
        assertThat(MatrixText.lines(table, DATE, OptionalInt.of(17)))
                .contains("       p     q", "a row  X X   X X", "       r", "a row  X X")
                .allMatch(line -> line.length() <= 17);
        assertThat(MatrixText.lines(table, DATE, OptionalInt.of(22)))
                .contains("a row  X X   X X   X X");
    }

    @Test
    void pageIsForBothProtocols() {
        assertThat(new Capture("lab", "matrix", "--udp", "--markdown").code).isEqualTo(2);
    }

    @Test
    @RequiresCapability({Capability.SYS_ADMIN, Capability.CHOWN})
    void everyCellIsAsPredictedAndTheRulesAreKnown() {
        var tcp = new Capture("lab", "matrix");
        assertThat(tcp.code).as(tcp.out() + tcp.err()).isZero();
        assertThat(tcp.out())
                .contains("listening, same uid          X X X X   X X X X   X X . .   X X . .\n")
                .contains("TIME_WAIT, other uid         X X X X   X . X .   X X . .   X . . .\n")
                .contains("5 [::] 6      . . . X X X . .\n")
                .contains("1 0.0.0.0     = 2 1 1 1 1 2 1\n")
                .endsWith("457 cells, each as predicted\n");
        assertThat(tcp.out().lines().filter(line -> line.startsWith(" ") || line.contains(" X")))
                .allMatch(line -> line.length() <= 80);
    }

    @Test
    @RequiresCapability({Capability.SYS_ADMIN, Capability.CHOWN})
    void jsonHasEveryCellOfUdp() {
        var udp = new Capture("lab", "matrix", "--udp", "--json");
        assertThat(udp.out())
                .startsWith("{\"schema\":1,\"kernel\":\"")
                .contains("\"date\":\"" + LocalDate.now(ZoneOffset.UTC).getYear());
        assertThat(udp.out()).contains("\"protocol\":\"udp\"", "\"differences\":0");
        assertThat(udp.out().split("\"predicted\":", -1)).hasSize(650);
    }

    @Test
    @RequiresCapability({Capability.SYS_ADMIN, Capability.CHOWN})
    void pageInTheDocumentationMatchesThisKernel() throws IOException {
        List<String> written = Files.readAllLines(Path.of("../docs/truth-table.md"));
        var made = new Capture("lab", "matrix", "--markdown");
        List<String> now = made.out().lines().toList();
        assertThat(made.code).as(made.out()).isZero();
        assertThat(now).hasSizeGreaterThan(100);
        if (kernel(written).equals(kernel(now))) {
            assertThat(withoutDate(now)).isEqualTo(withoutDate(written));
        } else {
            String other = kernel(written);
            System.err.println("docs/truth-table.md is for Linux " + other + ", not compared");
        }
    }

    private static String kernel(List<String> page) {
        Matcher matcher = MADE_ON.matcher(page.get(2));
        assertThat(matcher.matches()).as(page.get(2)).isTrue();
        return matcher.group(1);
    }

    private static List<String> withoutDate(List<String> page) {
        return page.stream().filter(line -> !MADE_ON.matcher(line).matches()).toList();
    }
}
