package dev.berth.toml;

import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;
import org.tomlj.TomlVersion;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Reads values from a TOML file. Errors are reported as `FILE:LINE:COLUMN: …`.
///
/// @param <X> the exception that reports an error
public final class TomlFields<X extends Exception> {
    /// The position reported for something that is missing.
    public static final TomlPosition BEGINNING = TomlPosition.positionAt(1, 1);

    /// Some editors of other systems put this before the text.
    private static final String BYTE_ORDER_MARK = "\ufeff";

    private final String file;
    private final Function<String, X> error;

    /// @param file its name in messages
    /// @param error makes the exception from its message
    public TomlFields(String file, Function<String, X> error) {
        this.file = file;
        this.error = error;
    }

    /// A value in a list.
    public record Item(Object value, TomlPosition place) {}

    /// The text of the file, which must be UTF-8.
    public String text(byte[] bytes) throws X {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        boolean malformed = StandardCharsets.UTF_8.newDecoder().decode(in, out, true).isError();
        String text = out.flip().toString();
        if (malformed) {
            int line = 1 + (int) text.chars().filter(c -> c == '\n').count();
            int column = text.length() - text.lastIndexOf('\n');
            throw wrong(TomlPosition.positionAt(line, column), "this is not UTF-8");
        }
        return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    }

    /// Parses a text.
    ///
    /// @param what the kind of file, for messages: `a service file`
    public TomlTable parse(String text, String what) throws X {
        Optional<TomlPosition> tooDeep = TomlDepth.tooDeep(text);
        if (tooDeep.isPresent()) {
            throw wrong(
                    tooDeep.get(),
                    "nested too deeply: " + what + " needs at most lists of tables in tables");
        }
        TomlParseResult toml = parsed(text);
        if (toml.hasErrors()) {
            TomlParseError first = toml.errors().getFirst();
            throw wrong(first.position(), String.valueOf(first.getMessage()));
        }
        return toml;
    }

    /// On some unclosed tables the parser itself fails, without a position.
    private TomlParseResult parsed(String text) throws X {
        try {
            return Toml.parse(text, TomlVersion.V1_1_0);
        } catch (RuntimeException | AssertionError ofTheParser) {
            throw wrong(
                    BEGINNING,
                    "a list or table in this file is not closed; look for [ without ], and {"
                            + " without }");
        }
    }

    /// The values of a list; a single value counts as a list of one.
    public List<Item> list(TomlTable table, String key) {
        List<Item> items = new ArrayList<>();
        Object value = table.get(List.of(key));
        if (value instanceof TomlArray array) {
            for (int i = 0; i < array.size(); i++) {
                items.add(new Item(array.get(i), at(array, i)));
            }
        } else if (value != null) {
            items.add(new Item(value, at(table, key)));
        }
        return items;
    }

    /// The text of a key; empty if the key is missing.
    public Optional<String> text(TomlTable table, String key) throws X {
        return value(table, key, String.class, "a string in quotes");
    }

    /// The same, converted; an `IllegalArgumentException` of the conversion is reported.
    public <T> Optional<T> converted(TomlTable table, String key, Function<String, T> conversion)
            throws X {
        Optional<String> text = text(table, key);
        try {
            return text.map(conversion);
        } catch (IllegalArgumentException unknown) {
            throw wrong(at(table, key), key + ": " + unknown.getMessage());
        }
    }

    /// The value of a key; empty if the key is missing.
    ///
    /// @param form what the value must be, for the message
    public <T> Optional<T> value(TomlTable table, String key, Class<T> type, String form) throws X {
        Object value = table.get(List.of(key));
        if (value != null && !type.isInstance(value)) {
            throw wrong(at(table, key), key + " must be " + form);
        }
        return Optional.ofNullable(value).map(type::cast);
    }

    /// Rejects every key that is not in `allowed`.
    ///
    /// @param what what the table describes, for the message
    /// @param hint what to say about an unknown key
    public void checkKeys(
            TomlTable table, Collection<String> allowed, String what, Function<String, String> hint)
            throws X {
        for (String key : table.keySet()) {
            if (!allowed.contains(key)) {
                throw wrong(at(table, key), what + " has no key " + key + "; " + hint.apply(key));
            }
        }
    }

    /// The position of a key; [#BEGINNING] if it is missing.
    public static TomlPosition at(TomlTable table, String key) {
        return Optional.ofNullable(table.inputPositionOf(List.of(key))).orElse(BEGINNING);
    }

    /// The position of an element; [#BEGINNING] if it is missing.
    public static TomlPosition at(TomlArray array, int index) {
        return Optional.ofNullable(array.inputPositionOf(index)).orElse(BEGINNING);
    }

    /// `FILE:LINE:COLUMN`.
    public String place(TomlPosition place) {
        return file + ":" + place.line() + ":" + place.column();
    }

    /// The exception for an error at `place`.
    public X wrong(TomlPosition place, String message) {
        return error.apply(place(place) + ": " + message);
    }
}
