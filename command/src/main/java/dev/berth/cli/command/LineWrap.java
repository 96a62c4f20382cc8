package dev.berth.cli.command;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Breaks sentences into lines.
public final class LineWrap {
    private static final Pattern EXPLAINED = Pattern.compile("\\S+ {2,}| {3,}");

    private LineWrap() {}

    /// Lines of at most `columns` characters, broken at blanks if there are any; all but the first
    /// begin with `indent` blanks.
    ///
    /// @param columns if less than 1, each line has one character
    public static List<String> lines(String text, int columns, int indent) {
        int width = Math.max(1, columns);
        List<String> lines = new ArrayList<>();
        String margin = " ".repeat(Math.min(indent, width / 2));
        String body = text.stripTrailing();
        String lead = "";
        int start = 0;
        while (lead.length() + body.length() - start > width) {
            int most = start + width - lead.length();
            int least = start + (lines.isEmpty() ? indent : 0);
            int end = blank(body, least, most);
            lines.add((lead + body.substring(start, end)).stripTrailing());
            start = end;
            while (Character.isWhitespace(body.charAt(start))) {
                start++;
            }
            lead = margin;
        }
        lines.add(lead + body.substring(start));
        return lines;
    }

    /// The position of the last blank after `least` and up to `most`, or `most` if there is none.
    private static int blank(String text, int least, int most) {
        for (int at = most; at > least; at--) {
            if (text.charAt(at) == ' ') {
                return at;
            }
        }
        return most;
    }

    /// The lines of the texts. Continuation lines are indented: to the text after a term that is
    /// explained, or further to the right for an example.
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
