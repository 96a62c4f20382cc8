package dev.berth.toml;

import org.tomlj.TomlPosition;

import java.util.Optional;

/// Finds where a TOML text is nested so deeply that the parser, which recurses for each level,
/// would run out of stack.
///
/// It need not know the language. It skips strings and comments, and counts brackets and the dots
/// of a line. The parser rejects whatever is not TOML at all.
final class TomlDepth {
    /// A service file or a scenario has at most four levels.
    private static final int MOST = 32;

    private final String text;
    private int at;
    private int depth;
    private int dots;

    private TomlDepth(String text) {
        this.text = text;
    }

    /// The position of the bracket or dot that exceeds the limit.
    static Optional<TomlPosition> tooDeep(String text) {
        return new TomlDepth(text).find();
    }

    private Optional<TomlPosition> find() {
        while (at < text.length()) {
            switch (text.charAt(at)) {
                case '[', '{' -> depth++;
                case ']', '}' -> depth = Math.max(0, depth - 1);
                case '.' -> dots++;
                case '\n' -> dots = 0;
                case '#' -> skipTo("\n", false);
                case '"', '\'' -> skipText(text.charAt(at));
                default -> {}
            }
            if (depth > MOST || dots > MOST) {
                return Optional.of(position());
            }
            at++;
        }
        return Optional.empty();
    }

    private void skipText(char quote) {
        String one = String.valueOf(quote);
        String three = one.repeat(3);
        boolean multiline = text.startsWith(three, at);
        at += multiline ? 3 : 1;
        boolean escapes = quote == '"';
        skipTo(multiline ? three : one, escapes);
        at += multiline ? 2 : 0;
    }

    /// Skips to the first character of `end`, or to the end of the text. A single-line string or
    /// comment ends with its line.
    private void skipTo(String end, boolean escapes) {
        boolean oneLine = end.length() == 1;
        while (at < text.length() && !text.startsWith(end, at)) {
            if (oneLine && text.charAt(at) == '\n') {
                break;
            }
            at += escapes && text.charAt(at) == '\\' ? 2 : 1;
        }
        if (oneLine && at < text.length() && text.charAt(at) == '\n') {
            dots = 0;
        }
    }

    private TomlPosition position() {
        int line = 1 + (int) text.substring(0, at).chars().filter(c -> c == '\n').count();
        return TomlPosition.positionAt(line, at - text.lastIndexOf('\n', at));
    }
}
