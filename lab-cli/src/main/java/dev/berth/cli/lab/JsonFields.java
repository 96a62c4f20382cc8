package dev.berth.cli.lab;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// The fields of a JSON object, each read as the type that it must have.
///
/// **Errors:** `IllegalArgumentException` that names the field, for every value of the wrong type.
///
/// @param what the kind of object, for messages: `a bind`
record JsonFields(String what, Map<?, ?> values) {
    private static final long MOST_UID = 0xffff_fffeL;

    /// The fields of `value`.
    ///
    /// @throws IllegalArgumentException also if `value` is not an object
    static JsonFields of(String what, Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException(what + " must be an object, not " + kind(value));
        }
        return new JsonFields(what, map);
    }

    /// Rejects every field except these.
    JsonFields only(String... names) {
        List<String> known = Arrays.asList(names);
        for (Object name : values.keySet()) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException(
                        "unknown field \"%s\"; %s has only %s"
                                .formatted(name, what, String.join(", ", names)));
            }
        }
        return this;
    }

    String text(String name) {
        return required(name, this::optionalText);
    }

    Optional<String> optionalText(String name) {
        return as(name, String.class, "a string");
    }

    Optional<Boolean> flag(String name) {
        return as(name, Boolean.class, "true or false");
    }

    List<?> list(String name) {
        return required(name, field -> as(field, List.class, "a list"));
    }

    long number(String name) {
        return required(name, field -> as(field, Long.class, "a whole number"));
    }

    /// A uid, as its 32 bits.
    Optional<Integer> uid(String name) {
        Optional<Long> uid = as(name, Long.class, "a whole number");
        if (uid.isPresent() && (uid.get() < 0 || uid.get() > MOST_UID)) {
            throw new IllegalArgumentException(
                    "\"" + name + "\" must be a number from 0 to 4294967294, not " + uid.get());
        }
        return uid.map(Long::intValue);
    }

    private <T> T required(String name, Function<String, Optional<T>> reader) {
        return reader.apply(name)
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        what + " needs a field \"" + name + "\""));
    }

    private <T> Optional<T> as(String name, Class<T> type, String kind) {
        Object value = values.get(name);
        if (value == null || value.equals(Optional.empty())) {
            return Optional.empty();
        }
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException(
                    "\"" + name + "\" must be " + kind + ", not " + kind(value));
        }
        return Optional.of(type.cast(value));
    }

    private static String kind(Object value) {
        return switch (value) {
            case Map<?, ?> _ -> "an object";
            case List<?> _ -> "a list";
            case String text -> "\"" + text + "\"";
            case Optional<?> _ -> "null";
            default -> value.toString();
        };
    }
}
