package dev.berth.cli.lab;

import dev.berth.inspect.Printable;

import java.util.ArrayDeque;
import java.util.Deque;

/// HTML that is well-formed XML too: what is opened is closed in order, and every text and value is
/// escaped, whoever chose it.
final class Html {
    private final StringBuilder out = new StringBuilder("<!DOCTYPE html>\n");
    private final Deque<String> open = new ArrayDeque<>();

    /// Begins an element.
    ///
    /// - `attributes`: names and values in turn
    Html open(String element, String... attributes) {
        out.append('<').append(element);
        for (int i = 0; i < attributes.length; i += 2) {
            out.append(' ').append(attributes[i]).append("=\"");
            out.append(escaped(attributes[i + 1])).append('"');
        }
        out.append('>');
        open.push(element);
        return this;
    }

    /// One more attribute of the element that was just begun.
    Html attribute(String name, int value) {
        out.insert(out.length() - 1, " " + name + "=\"" + value + "\"");
        return this;
    }

    /// Ends the innermost element.
    Html close() {
        out.append("</").append(open.pop()).append('>');
        return this;
    }

    /// Begins a line of the file; for those who read it.
    Html line() {
        out.append('\n');
        return this;
    }

    Html text(String text) {
        out.append(escaped(text));
        return this;
    }

    /// An element that has only text, or nothing, in it.
    Html element(String element, String text, String... attributes) {
        return open(element, attributes).text(text).close();
    }

    /// An element that HTML knows no end of.
    Html empty(String element, String... attributes) {
        open(element, attributes);
        open.pop();
        out.insert(out.length() - 1, '/');
        return this;
    }

    /// A style sheet of ours: without `<` and `&`.
    Html style(String sheet) {
        open("style");
        out.append('\n').append(sheet);
        return close();
    }

    private static String escaped(String text) {
        return Printable.text(text)
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    /// The whole; an [IllegalStateException] if something is still open.
    @Override
    public String toString() {
        if (!open.isEmpty()) {
            throw new IllegalStateException("open: " + open);
        }
        return out + "\n";
    }
}
