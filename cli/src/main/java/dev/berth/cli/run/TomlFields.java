package dev.berth.cli.run;

import dev.berth.cli.command.EditDistance;
import dev.berth.cli.command.UsageException;

import org.tomlj.TomlArray;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Reads values from a TOML file. Errors are reported as `FILE:LINE:COLUMN: …`.
final class TomlFields {
    /// The position reported for something that is missing.
    static final TomlPosition BEGINNING = TomlPosition.positionAt(1, 1);

    private final String file;

    /// Some editors of other systems put this before the text.
    private static final String BYTE_ORDER_MARK = "\ufeff";

    /// @param file its name in messages
    TomlFields(String file) {
        this.file = file;
    }

    /// A value in a list.
    record Item(Object value, TomlPosition place) {}

    /// The text of the file, which must be UTF-8.
    String text(byte[] bytes) throws UsageException {
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

    /// The values of a list; a single value counts as a list of one.
    List<Item> list(TomlTable table, String key) {
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

    Optional<String> text(TomlTable table, String key) throws UsageException {
        return value(table, key, String.class, "a string in quotes");
    }

    <T> Optional<T> converted(TomlTable table, String key, Function<String, T> conversion)
            throws UsageException {
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
    <T> Optional<T> value(TomlTable table, String key, Class<T> type, String form)
            throws UsageException {
        Object value = table.get(List.of(key));
        if (value != null && !type.isInstance(value)) {
            throw wrong(at(table, key), key + " must be " + form);
        }
        return Optional.ofNullable(value).map(type::cast);
    }

    void checkKeys(TomlTable table, List<String> allowed, String what) throws UsageException {
        for (String key : table.keySet()) {
            if (!allowed.contains(key)) {
                throw wrong(
                        at(table, key),
                        what + " has no key " + key + "; " + suggestion(key, allowed));
            }
        }
    }

    private static String suggestion(String key, List<String> allowed) {
        return allowed.stream()
                .filter(name -> EditDistance.of(key, name) <= Math.max(1, name.length() / 3))
                .min(Comparator.comparingInt(name -> EditDistance.of(key, name)))
                .map(name -> "did you mean " + name + "?")
                .orElse("known keys: " + String.join(", ", allowed));
    }

    static TomlPosition at(TomlTable table, String key) {
        return Optional.ofNullable(table.inputPositionOf(List.of(key))).orElse(BEGINNING);
    }

    static TomlPosition at(TomlArray array, int index) {
        return Optional.ofNullable(array.inputPositionOf(index)).orElse(BEGINNING);
    }

    /// `FILE:LINE:COLUMN`.
    String place(TomlPosition place) {
        return file + ":" + place.line() + ":" + place.column();
    }

    UsageException wrong(TomlPosition place, String message) {
        return new UsageException(place(place) + ": " + message);
    }
}
