package dev.berth.cli.remote;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// Rows of short texts in aligned columns; if they do not fit, the least important columns are left
/// out.
public final class TextTable {
    private static final String GAP = "  ";

    private final List<Column> columns;
    private final List<Row> rows = new ArrayList<>();

    /// The colour of a row's second cell.
    public enum Paint {
        PLAIN(""),
        RED("31"),
        GREEN("32"),
        YELLOW("33");

        private final String code;

        Paint(String code) {
            this.code = code;
        }

        String apply(String text) {
            return code.isEmpty() ? text : "\033[" + code + "m" + text + "\033[0m";
        }
    }

    /// A column. The one with the highest `rank` is left out first; rank 0 is never left out.
    private record Column(String header, boolean toRight, int rank) {
        /// `NAME<RANK` is aligned to the left, `NAME>RANK` to the right.
        static Column parse(String word) {
            String[] parts = word.split("[<>]");
            return new Column(parts[0], word.contains(">"), Integer.parseInt(parts[1]));
        }

        String align(String text, int width) {
            String blanks = " ".repeat(width - text.length());
            return toRight ? blanks + text : text + blanks;
        }
    }

    private record Row(Paint paint, List<String> cells) {}

    /// @param columns the columns from left to right, separated by blanks: for each the header, `<`
    ///   to align it to the left or `>` to the right, and the rank. If there is no room, the column
    ///   with the highest rank is left out first; rank 0 is never left out
    public TextTable(String columns) {
        this.columns = Arrays.stream(columns.split(" ")).map(Column::parse).toList();
    }

    /// Adds a row with one cell per column.
    public void row(Paint paint, List<String> cells) {
        if (cells.size() != columns.size()) {
            throw new IllegalArgumentException(
                    "cells=" + cells.size() + " columns=" + columns.size());
        }
        rows.add(new Row(paint, List.copyOf(cells)));
    }

    /// The header and the rows. As far as columns can be left out, no line is longer than `most`.
    public List<String> lines(int most, boolean colour) {
        List<Integer> shown = fitting(most);
        List<String> lines = new ArrayList<>();
        lines.add(line(shown, columns.stream().map(Column::header).toList(), Paint.PLAIN));
        for (Row row : rows) {
            lines.add(line(shown, row.cells(), colour ? row.paint() : Paint.PLAIN));
        }
        return lines;
    }

    private List<Integer> fitting(int most) {
        List<Integer> shown = new ArrayList<>(IntStream.range(0, columns.size()).boxed().toList());
        while (width(shown) > most) {
            int last =
                    shown.stream()
                            .max(Comparator.comparingInt(index -> columns.get(index).rank()))
                            .orElseThrow();
            if (columns.get(last).rank() == 0) {
                break;
            }
            shown.remove(Integer.valueOf(last));
        }
        return shown;
    }

    private int width(List<Integer> shown) {
        return shown.stream().mapToInt(this::width).sum() + GAP.length() * (shown.size() - 1);
    }

    private int width(int column) {
        int header = columns.get(column).header().length();
        return rows.stream()
                .mapToInt(row -> row.cells().get(column).length())
                .reduce(header, Math::max);
    }

    private String line(List<Integer> shown, List<String> cells, Paint paint) {
        List<String> parts = new ArrayList<>();
        for (int column : shown) {
            String cell = columns.get(column).align(cells.get(column), width(column));
            parts.add(column == 1 ? paint.apply(cell) : cell);
        }
        return String.join(GAP, parts).stripTrailing();
    }
}
