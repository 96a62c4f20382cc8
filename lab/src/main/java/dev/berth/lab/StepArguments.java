package dev.berth.lab;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// The arguments of a step in addition to its op; every value is a list of texts, usually with one
/// element.
///
/// @param values by key, `op` first
public record StepArguments(Map<String, List<String>> values) {
    static final String OP = "op";

    public StepArguments {
        values = new LinkedHashMap<>(values);
    }

    boolean has(String key) {
        return values.containsKey(key);
    }

    Optional<String> find(String key) {
        return list(key).stream().findFirst();
    }

    /// The value of a required key.
    String text(String key) {
        return find(key).orElseThrow(() -> new ArgumentException("", "there is no " + key));
    }

    String text(String key, String otherwise) {
        return find(key).orElse(otherwise);
    }

    List<String> list(String key) {
        return Objects.requireNonNullElse(values.get(key), List.of());
    }

    /// A list that must not be empty.
    List<String> some(String key) {
        if (list(key).isEmpty()) {
            throw new ArgumentException(key, key + " must name at least one");
        }
        return list(key);
    }

    boolean flag(String key, boolean otherwise) {
        return find(key).map(Boolean::parseBoolean).orElse(otherwise);
    }

    /// A number in a range.
    int number(String key, int otherwise, int least, int most) {
        Optional<String> text = find(key);
        if (text.isEmpty()) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(text.get());
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException beyond) {
            // Reported below.
        }
        throw new ArgumentException(
                key,
                key + " must be a number from " + least + " to " + most + ", not " + text.get());
    }

    /// One of several words.
    String word(String key, String otherwise, List<String> words) {
        String word = text(key, otherwise);
        if (!words.contains(word)) {
            throw new ArgumentException(
                    key,
                    key + " must be one of " + String.join(", ", words) + ", not \"" + word + "\"");
        }
        return word;
    }

    /// `bind id=b address=127.0.0.1:8080`.
    @Override
    public String toString() {
        var text = new StringBuilder();
        values.forEach(
                (key, value) -> {
                    if (key.equals(OP)) {
                        text.append(String.join(" ", value));
                    } else if (key.equals("id")) {
                        text.append(' ').append(String.join(",", value));
                    } else {
                        text.append(' ').append(key).append('=').append(String.join(",", value));
                    }
                });
        return text.toString();
    }
}
