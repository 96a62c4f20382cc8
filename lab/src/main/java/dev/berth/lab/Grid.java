package dev.berth.lab;

import java.util.List;

/// A part of the truth table: what the kernel did for each combination, and what the rules predict.
///
/// @param name short, stable
/// @param title a sentence
/// @param legend explains the cells
/// @param groups of columns; a single one without a name if there are none
/// @param columns of each group
/// @param rows each with as many cells as there are columns in all groups
public record Grid(
        String name,
        String title,
        List<String> legend,
        List<String> groups,
        List<String> columns,
        List<Row> rows) {
    public Grid {
        legend = List.copyOf(legend);
        groups = List.copyOf(groups);
        columns = List.copyOf(columns);
        rows = List.copyOf(rows);
        for (Row row : rows) {
            if (row.cells().size() != groups.size() * columns.size()) {
                throw new IllegalArgumentException("cells=" + row.cells().size() + " in " + row);
            }
        }
    }

    /// A row of cells.
    public record Row(String name, List<Cell> cells) {
        public Row {
            cells = List.copyOf(cells);
        }
    }

    /// One answer, as a sign that the legend explains.
    public record Cell(String kernel, String predicted) {
        /// Whether the rules are wrong here.
        public boolean differs() {
            return !kernel.equals(predicted);
        }
    }

    /// The number of cells in which the rules are wrong.
    public long differences() {
        return rows.stream().flatMap(row -> row.cells().stream()).filter(Cell::differs).count();
    }
}
