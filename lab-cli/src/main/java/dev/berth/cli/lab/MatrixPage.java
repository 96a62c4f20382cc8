package dev.berth.cli.lab;

import dev.berth.lab.Grid;
import dev.berth.lab.TruthTable;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Writes the page docs/truth-table.md.
final class MatrixPage {
    private static final List<String> INTRODUCTION =
            List.of(
                    "The tables show which two sockets can share a port, and which of them then"
                            + " receives the traffic. Every cell",
                    "was measured on that kernel, in network namespaces of its own. It was also"
                            + " predicted by the rules that `berth why`",
                    "uses; a `!` marks a cell where the two differ. `berth lab matrix` makes the"
                            + " tables for your kernel.");

    private MatrixPage() {}

    static List<String> lines(List<TruthTable> tables, LocalDate date) {
        List<String> lines = new ArrayList<>();
        lines.add("# The truth table");
        lines.add("");
        lines.add(
                "Linux %s, %s; made by `berth lab matrix --markdown`."
                        .formatted(tables.getFirst().release(), date));
        lines.add("");
        lines.addAll(INTRODUCTION);
        for (TruthTable table : tables) {
            lines.add("");
            lines.add("## " + table.protocol().text().toUpperCase(Locale.ROOT));
            table.grids().forEach(grid -> add(lines, grid));
        }
        return lines;
    }

    private static void add(List<String> lines, Grid grid) {
        lines.add("");
        lines.add(grid.title() + ":");
        lines.add("");
        MatrixText.grid(grid).forEach(line -> lines.add("    " + line));
        lines.add("");
        lines.add("    " + String.join("\n    ", grid.legend()));
    }
}
