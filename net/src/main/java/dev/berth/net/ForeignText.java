package dev.berth.net;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Makes text that somebody else chose (a command line, a worker's output, an answer) safe to
/// print, so that it cannot control the terminal.
///
/// Code that reads such text for people passes it through here once. Code that prints to the
/// terminal does so again ([#coloured]), so that a place that was forgotten does no harm.
public final class ForeignText {
    /// The colours that Berth itself uses: one number, or none.
    private static final Pattern OWN_COLOUR = Pattern.compile("\u001b\\[[0-9]{0,2}m");

    private static final Pattern COLOURS = Pattern.compile("\u001b\\[[0-9;:]*m");

    private ForeignText() {}

    /// Replaces each control character, line end, invisible character and change of the writing
    /// direction by `?`.
    public static String printable(String foreign) {
        return clean(foreign, "");
    }

    /// Does the same for one or more lines of a program's output: line ends and tabs stay, colours
    /// are removed.
    public static String lines(String foreign) {
        String plain =
                foreign.indexOf('\u001b') < 0 ? foreign : COLOURS.matcher(foreign).replaceAll("");
        return clean(plain, "\n\t");
    }

    /// Does the same for text that goes to a terminal: the colours that Berth itself uses stay as
    /// well.
    public static String coloured(String text) {
        if (text.indexOf('\u001b') < 0) {
            return lines(text);
        }
        StringBuilder out = new StringBuilder(text.length());
        Matcher colour = OWN_COLOUR.matcher(text);
        int end = 0;
        while (colour.find()) {
            out.append(lines(text.substring(end, colour.start()))).append(colour.group());
            end = colour.end();
        }
        return out.append(lines(text.substring(end))).toString();
    }

    private static String clean(String text, String kept) {
        if (printableAscii(text)
                || text.codePoints()
                        .allMatch(point -> harmless(point) || kept.indexOf(point) >= 0)) {
            return text;
        }
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints()
                .forEach(
                        point -> {
                            boolean stays = harmless(point) || kept.indexOf(point) >= 0;
                            out.appendCodePoint(stays ? point : '?');
                        });
        return out.toString();
    }

    /// Most text is; a list of sockets has many lines, and streams cost each of them much.
    private static boolean printableAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!printableAscii(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean printableAscii(int point) {
        return point >= ' ' && point < 0x7f;
    }

    private static boolean harmless(int point) {
        if (printableAscii(point)) {
            return true;
        }
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED ->
                    false;
            default -> true;
        };
    }
}
