package dev.berth.bench;

import java.util.ArrayList;
import java.util.List;

/// Rows printed as they come, in columns whose widths are known before.
final class Table {
    private final List<Integer> widths = new ArrayList<>();

    /// Prints the head.
    ///
    /// @param heads a head a column; one with leading blanks is aligned to the right
    Table(String... heads) {
        for (String head : heads) {
            widths.add(head.startsWith(" ") ? head.length() : -head.length());
        }
        row((Object[]) heads);
    }

    /// Prints a row; the last column may be as long as it likes.
    void row(Object... cells) {
        var line = new StringBuilder();
        for (int i = 0; i < cells.length; i++) {
            String cell = String.valueOf(cells[i]);
            line.append(i == 0 ? "" : "  ").append(("%" + widths.get(i) + "s").formatted(cell));
        }
        System.out.println(line.toString().stripTrailing());
    }

    /// Prints why a row failed, below it.
    static void reasons(List<String> reasons) {
        reasons.forEach(reason -> System.out.println("    ! " + reason));
    }
}
