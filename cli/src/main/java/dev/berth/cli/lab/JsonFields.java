package dev.berth.cli.lab;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// The fields of a JSON object, each taken as what it has to be.
///
/// **errors**: `IllegalArgumentException` that names the field, for all that is not as it has to
/// be.
///
/// @param what it is, for messages: `a bind`
record JsonFields(String what, Map<?, ?> values) {
    private static final long MOST_UID = 0xffff_fffeL;

    /// @throws IllegalArgumentException also if `value` is no object
    static JsonFields of(String what, Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException(what + " is an object, not " + kind(value));
        }
        return new JsonFields(what, map);
    }

    /// Refuses every field that is none of these.
    JsonFields only(String... names) {
        List<String> known = Arrays.asList(names);
        for (Object name : values.keySet()) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException(
                        "unknown field \""
                                + name
                                + "\"; "
                                + what
                                + " has "
                                + String.join(", ", names));
            }
        }
        return this;
    }

    String text(String name) {
        return required(name, this::optionalText);
    }

    Optional<String> optionalText(String name) {
        return as(name, String.class, "a text");
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

    /// The bits of a uid.
    Optional<Integer> uid(String name) {
        Optional<Long> uid = as(name, Long.class, "a whole number");
        if (uid.isPresent() && (uid.get() < 0 || uid.get() > MOST_UID)) {
            throw new IllegalArgumentException(
                    "\"" + name + "\" is a number from 0 to 4294967294, not " + uid.get());
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
                    "\"" + name + "\" is " + kind + ", not " + kind(value));
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
