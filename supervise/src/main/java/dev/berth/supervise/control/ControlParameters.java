package dev.berth.supervise.control;

import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// The fields of a request, each of which must be taken: an unknown one could change what the
/// others mean.
final class ControlParameters {
    private static final int MOST_COUNT = 999_999;

    private final Map<String, Object> values = new LinkedHashMap<>();
    private int texts;

    private ControlParameters() {}

    /// Reads a JSON object whose values are texts, numbers, booleans, arrays of texts and objects
    /// of texts.
    ///
    /// @throws tools.jackson.core.JacksonException it is not JSON
    /// @throws CommandRefusedException it is something else, or has more than
    ///   [ControlFrame#MOST_WORDS] texts
    static ControlParameters read(String text) throws CommandRefusedException {
        var parameters = new ControlParameters();
        try (JsonParser json = ControlProtocol.parser(text)) {
            json.nextToken();
            parameters.fields(json);
            if (json.nextToken() != null) {
                throw CommandRefusedException.wrong("more than one request");
            }
        }
        parameters.values.remove(ControlProtocol.FIELD);
        return parameters;
    }

    private void fields(JsonParser json) throws CommandRefusedException {
        for (String name = json.nextName(); name != null; name = json.nextName()) {
            JsonToken token = json.nextToken();
            Object value =
                    switch (token) {
                        case VALUE_STRING -> text(json);
                        case VALUE_NUMBER_INT -> json.getIntValue();
                        case VALUE_TRUE -> true;
                        case VALUE_FALSE -> false;
                        case START_ARRAY -> words(json);
                        case START_OBJECT -> textsByName(json);
                        default -> throw wrong(name);
                    };
            if (values.put(name, value) != null) {
                throw CommandRefusedException.wrong("given twice: " + name);
            }
        }
    }

    private List<String> words(JsonParser json) throws CommandRefusedException {
        List<String> words = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            words.add(text(json));
        }
        return words;
    }

    private Map<String, String> textsByName(JsonParser json) throws CommandRefusedException {
        Map<String, String> all = new LinkedHashMap<>();
        for (String name = json.nextName(); name != null; name = json.nextName()) {
            json.nextToken();
            all.put(withoutZero(name), text(json));
        }
        return all;
    }

    private String text(JsonParser json) throws CommandRefusedException {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            throw CommandRefusedException.wrong("not a text: " + json.currentToken());
        }
        if (texts++ == ControlFrame.MOST_WORDS) {
            throw new CommandRefusedException(
                    "the command has more than "
                            + ControlFrame.MOST_WORDS
                            + " words; put its arguments into a file that the program reads");
        }
        return withoutZero(json.getString());
    }

    /// A word of a command line or a variable cannot have one.
    private static String withoutZero(String text) throws CommandRefusedException {
        if (text.indexOf('\0') >= 0) {
            throw CommandRefusedException.wrong("a text has a zero byte");
        }
        return text;
    }

    private static CommandRefusedException wrong(String name) {
        return CommandRefusedException.wrong("missing or not valid: " + name);
    }

    private <T> Optional<T> take(String name, Class<T> type) throws CommandRefusedException {
        Object value = values.remove(name);
        if (value != null && !type.isInstance(value)) {
            throw wrong(name);
        }
        return Optional.ofNullable(value).map(type::cast);
    }

    private <T> T required(String name, Class<T> type) throws CommandRefusedException {
        return take(name, type).orElseThrow(() -> wrong(name));
    }

    String text(String name) throws CommandRefusedException {
        return required(name, String.class);
    }

    boolean flag(String name) throws CommandRefusedException {
        return required(name, Boolean.class);
    }

    int number(String name) throws CommandRefusedException {
        return required(name, Integer.class);
    }

    /// A number from 0 to 999,999.
    int count(String name) throws CommandRefusedException {
        return maybeCount(name).orElseThrow(() -> wrong(name));
    }

    OptionalInt maybeCount(String name) throws CommandRefusedException {
        Optional<Integer> number = take(name, Integer.class);
        if (number.isEmpty()) {
            return OptionalInt.empty();
        }
        if (number.get() < 0 || number.get() > MOST_COUNT) {
            throw wrong(name);
        }
        return OptionalInt.of(number.get());
    }

    @SuppressWarnings("unchecked")
    Map<String, String> texts(String name) throws CommandRefusedException {
        return required(name, Map.class);
    }

    @SuppressWarnings("unchecked")
    Optional<List<String>> maybeWords(String name) throws CommandRefusedException {
        return take(name, List.class).map(words -> (List<String>) words);
    }

    /// @throws CommandRefusedException a field was not taken
    void checkAllTaken() throws CommandRefusedException {
        if (!values.isEmpty()) {
            throw CommandRefusedException.wrong(
                    "this supervisor does not know the parameter: "
                            + values.keySet().iterator().next());
        }
    }
}
