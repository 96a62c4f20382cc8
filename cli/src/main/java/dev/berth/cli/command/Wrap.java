package dev.berth.cli.command;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Breaking sentences into lines.
public final class Wrap {
    private static final Pattern EXPLAINED = Pattern.compile("\\S+ {2,}| {3,}");

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

    /// The texts' lines, each going on where its own text begins: behind a word that is explained,
    /// further to the right where a line of an example goes on.
    public static List<String> paragraphs(String[] texts, int columns) {
        return Arrays.stream(texts)
                .flatMap(text -> lines(text, columns, margin(text)).stream())
                .toList();
    }

    private static int margin(String text) {
        Matcher column = EXPLAINED.matcher(text);
        int own = text.length() - text.stripLeading().length();
        return column.lookingAt() ? column.end() : own == 0 ? 0 : own + 4;
    }
}
