package dev.berth.cli.command;

import java.util.ArrayList;
import java.util.List;

/// Breaking sentences into lines.
public final class Wrap {
    private Wrap() {}

    /// Lines of at most `columns` characters, broken at blanks where there are any; all but the
    /// first begin with `indent` blanks.
    public static List<String> lines(String text, int columns, int indent) {
        List<String> lines = new ArrayList<>();
        String margin = " ".repeat(Math.min(indent, columns / 2));
        String rest = text.stripTrailing();
        while (rest.length() > columns) {
            int least = lines.isEmpty() ? indent : margin.length();
            int at = rest.lastIndexOf(' ', columns);
            boolean blank = at > least;
            int end = blank ? at : columns;
            lines.add(rest.substring(0, end).stripTrailing());
            rest = margin + rest.substring(end).stripLeading();
        }
        lines.add(rest);
        return lines;
    }
}
