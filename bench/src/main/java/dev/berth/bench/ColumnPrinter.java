package dev.berth.bench;

import java.util.ArrayList;
import java.util.List;

/// A table whose rows are printed as they come, in columns of predetermined width.
final class ColumnPrinter {
    private final List<Integer> widths = new ArrayList<>();

    /// Prints the heading.
    ///
    /// @param heads one heading per column; one with leading blanks is right-aligned
    ColumnPrinter(String... heads) {
        for (String head : heads) {
            widths.add(head.startsWith(" ") ? head.length() : -head.length());
        }
        row((Object[]) heads);
    }

    /// Prints a row; the last column may be of any length.
    void row(Object... cells) {
        var line = new StringBuilder();
        for (int i = 0; i < cells.length; i++) {
            String cell = String.valueOf(cells[i]);
            line.append(i == 0 ? "" : "  ").append(("%" + widths.get(i) + "s").formatted(cell));
        }
        System.out.println(line.toString().stripTrailing());
    }
}
