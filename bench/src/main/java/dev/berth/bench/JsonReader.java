package dev.berth.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Parses JSON into maps, lists, strings, doubles, booleans and [#NULL].
final class JsonReader {
    /// Stands for JSON `null`.
    static final Object NULL = new Object();

    private final String text;
    private int at;

    private JsonReader(String text) {
        this.text = text;
    }

    /// Parses a whole text.
    ///
    /// @throws IllegalArgumentException if it is not JSON; the message says where
    static Object parse(String text) {
        var json = new JsonReader(text);
        Object value = json.value();
        json.blank();
        if (json.at < text.length()) {
            throw json.wrong("the end");
        }
        return value;
    }

    private Object value() {
        blank();
        return switch (peek()) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", NULL);
            default -> number();
        };
    }

    private Map<String, Object> object() {
        Map<String, Object> members = new LinkedHashMap<>();
        take('{');
        while (!next('}')) {
            if (!members.isEmpty()) {
                take(',');
            }
            blank();
            String name = string();
            blank();
            take(':');
            members.put(name, value());
        }
        return members;
    }

    private List<Object> array() {
        List<Object> items = new ArrayList<>();
        take('[');
        while (!next(']')) {
            if (!items.isEmpty()) {
                take(',');
            }
            items.add(value());
        }
        return items;
    }

    private String string() {
        var value = new StringBuilder();
        take('"');
        while (peek() != '"') {
            char next = text.charAt(at++);
            value.append(next == '\\' ? escaped() : next);
        }
        at++;
        return value.toString();
    }

    private char escaped() {
        peek();
        char kind = text.charAt(at++);
        return switch (kind) {
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'u' -> (char) Integer.parseInt(text.substring(at, at += 4), 16);
            default -> kind;
        };
    }

    private Double number() {
        int from = at;
        while (at < text.length() && "+-.0123456789eE".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        if (from == at) {
            throw wrong("a value");
        }
        return Double.valueOf(text.substring(from, at));
    }

    private Object word(String word, Object value) {
        if (!text.startsWith(word, at)) {
            throw wrong(word);
        }
        at += word.length();
        return value;
    }

    /// Skips blanks; if `end` comes next, consumes it and returns true.
    private boolean next(char end) {
        blank();
        if (peek() != end) {
            return false;
        }
        at++;
        return true;
    }

    private void take(char wanted) {
        blank();
        if (peek() != wanted) {
            throw wrong("'" + wanted + "'");
        }
        at++;
    }

    private void blank() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private char peek() {
        if (at >= text.length()) {
            throw wrong("more");
        }
        return text.charAt(at);
    }

    private IllegalArgumentException wrong(String wanted) {
        return new IllegalArgumentException(
                "JSON: expected " + wanted + " at " + at + " of: " + text);
    }
}
