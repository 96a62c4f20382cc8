package dev.berth.cli.lab;

import dev.berth.cli.command.LineWrap;
import dev.berth.lab.Grid;
import dev.berth.lab.Grid.Cell;
import dev.berth.lab.Grid.Row;
import dev.berth.lab.TruthTable;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/// `berth lab matrix` for people: grids of signs, at most 72 columns wide.
final class MatrixText {
    private static final int WIDE = 1000;

    private MatrixText() {}

    static List<String> lines(TruthTable table, LocalDate date, OptionalInt columns) {
        List<String> lines = new ArrayList<>();
        String protocol = table.protocol().text().toUpperCase(Locale.ROOT);
        lines.addAll(wrapped(protocol + " on Linux " + table.release() + ", " + date, columns));
        for (Grid grid : table.grids()) {
            lines.add("");
            lines.addAll(wrapped(grid.title() + ":", columns));
            lines.addAll(grid(grid, columns));
            grid.legend().forEach(line -> lines.addAll(wrapped("  " + line, columns)));
        }
        lines.add("");
        lines.addAll(wrapped(summary(table), columns));
        return lines;
    }

    private static List<String> wrapped(String line, OptionalInt columns) {
        return columns.isPresent() ? LineWrap.lines(line, columns.getAsInt(), 2) : List.of(line);
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

    /// The grid without a title or legend.
    static List<String> grid(Grid grid) {
        return grid(grid, OptionalInt.empty());
    }

    /// The grid, with its groups side by side, or one below another if they do not fit.
    private static List<String> grid(Grid grid, OptionalInt columns) {
        int count = Math.max(1, grid.groups().size());
        int group = 2 + grid.columns().size() * width(grid);
        int most = (columns.orElse(WIDE) + 1 - nameWidth(grid)) / group;
        int beside = Math.clamp(most, 1, count);
        List<String> lines = new ArrayList<>();
        for (int first = 0; first < count; first += beside) {
            block(grid, first, Math.min(count, first + beside), lines);
        }
        return lines;
    }

    /// Adds some of the groups.
    private static void block(Grid grid, int first, int end, List<String> lines) {
        int name = nameWidth(grid);
        int cell = width(grid);
        int columns = grid.columns().size();
        if (grid.groups().size() > 1) {
            StringBuilder head = new StringBuilder(pad("", name));
            for (String group : grid.groups().subList(first, end)) {
                head.append("  ").append(pad(group, columns * cell));
            }
            lines.add(head.toString().stripTrailing());
        }
        List<String> heads = new ArrayList<>();
        for (int group = first; group < end; group++) {
            heads.addAll(grid.columns());
        }
        lines.add(line(pad("", name), heads, columns, cell));
        for (Row row : grid.rows()) {
            List<String> cells = row.cells().stream().map(MatrixText::sign).toList();
            List<String> some = cells.subList(first * columns, end * columns);
            lines.add(line(pad(row.name(), name), some, columns, cell));
        }
    }

    private static int nameWidth(Grid grid) {
        return grid.rows().stream().mapToInt(row -> row.name().length()).max().orElse(0);
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
