package dev.berth.cli;

import dev.berth.lab.Grid;
import dev.berth.lab.Grid.Cell;
import dev.berth.lab.Grid.Row;
import dev.berth.lab.TruthTable;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/// `berth lab matrix` for people: grids of signs, at most 72 columns wide.
final class MatrixText {
    private MatrixText() {}

    static List<String> lines(TruthTable table, OptionalInt columns) {
        List<String> lines = new ArrayList<>();
        lines.add(
                table.protocol().text().toUpperCase(Locale.ROOT) + " on Linux " + table.release());
        for (Grid grid : table.grids()) {
            lines.add("");
            lines.addAll(wrapped(grid.title() + ":", columns));
            lines.addAll(grid(grid));
            grid.legend().forEach(line -> lines.addAll(wrapped("  " + line, columns)));
        }
        lines.add("");
        lines.add(summary(table));
        return lines;
    }

    private static List<String> wrapped(String line, OptionalInt columns) {
        return columns.isPresent() ? Wrap.lines(line, columns.getAsInt(), 2) : List.of(line);
    }

    private static String summary(TruthTable table) {
        long cells =
                table.grids().stream()
                        .flatMap(grid -> grid.rows().stream())
                        .mapToLong(row -> row.cells().size())
                        .sum();
        return table.differences() == 0
                ? cells + " cells, each as predicted"
                : cells + " cells, " + table.differences() + " not as predicted (!)";
    }

    /// The grid alone.
    static List<String> grid(Grid grid) {
        int name = grid.rows().stream().mapToInt(row -> row.name().length()).max().orElse(0);
        int cell = width(grid);
        int columns = grid.columns().size();
        List<String> lines = new ArrayList<>();
        if (grid.groups().size() > 1) {
            StringBuilder head = new StringBuilder(pad("", name));
            grid.groups().forEach(group -> head.append("  ").append(pad(group, columns * cell)));
            lines.add(head.toString().stripTrailing());
        }
        List<String> heads = new ArrayList<>();
        grid.groups().forEach(_ -> heads.addAll(grid.columns()));
        lines.add(line(pad("", name), heads, columns, cell));
        for (Row row : grid.rows()) {
            List<String> cells = row.cells().stream().map(MatrixText::sign).toList();
            lines.add(line(pad(row.name(), name), cells, columns, cell));
        }
        return lines;
    }

    private static int width(Grid grid) {
        int widest = grid.columns().stream().mapToInt(String::length).max().orElse(1);
        for (Row row : grid.rows()) {
            for (Cell cell : row.cells()) {
                widest = Math.max(widest, sign(cell).length());
            }
        }
        return widest + 1;
    }

    private static String sign(Cell cell) {
        return cell.differs() ? cell.kernel() + "!" + cell.predicted() : cell.kernel();
    }

    private static String line(String name, List<String> cells, int perGroup, int width) {
        StringBuilder line = new StringBuilder(name);
        for (int i = 0; i < cells.size(); i++) {
            line.append(i % perGroup == 0 ? "  " : "").append(pad(cells.get(i), width));
        }
        return line.toString().stripTrailing();
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }
}
