package dev.berth.cli.lab;

import dev.berth.inspect.Printable;

import java.util.ArrayDeque;
import java.util.Deque;

/// HTML that is also well-formed XML: elements are closed in order, and every text and value is
/// escaped, whoever chose it.
final class Html {
    private final StringBuilder out = new StringBuilder("<!DOCTYPE html>\n");
    private final Deque<String> open = new ArrayDeque<>();

    /// Begins an element.
    ///
    /// @param attributes names and values, alternating
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

    /// Adds an attribute to the element that was just begun.
    Html attribute(String name, int value) {
        out.insert(out.length() - 1, " " + name + "=\"" + value + "\"");
        return this;
    }

    /// Ends the innermost element.
    Html close() {
        out.append("</").append(open.pop()).append('>');
        return this;
    }

    /// Begins a new line in the file, to make the source readable.
    Html line() {
        out.append('\n');
        return this;
    }

    Html text(String text) {
        out.append(escaped(text));
        return this;
    }

    /// Adds an element with only text, or nothing, in it.
    Html element(String element, String text, String... attributes) {
        return open(element, attributes).text(text).close();
    }

    /// Adds an element that has no end tag in HTML.
    Html empty(String element, String... attributes) {
        open(element, attributes);
        open.pop();
        out.insert(out.length() - 1, '/');
        return this;
    }

    /// Adds a style sheet, which must not contain `<` or `&`.
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

    /// The whole page.
    @Override
    public String toString() {
        if (!open.isEmpty()) {
            throw new IllegalStateException("open: " + open);
        }
        return out + "\n";
    }
}
