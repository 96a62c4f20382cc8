package dev.berth.cli.command;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads one JSON value: a map, a list, a text, a `Long`, a `Double`, a `Boolean`, or
/// `Optional.empty()` for null. A duplicate field is an error.
public final class JsonTree {
    private static final JsonFactory FACTORY =
            JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    private final JsonParser json;

    private JsonTree(JsonParser json) {
        this.json = json;
    }

    /// Parses one value.
    ///
    /// @throws IllegalArgumentException if the text is not exactly one value; the message names the
    ///   column
    public static Object parse(String text) {
        try (JsonParser json = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            json.nextToken();
            Object value = new JsonTree(json).value();
            if (json.nextToken() != null) {
                TokenStreamLocation where = json.currentTokenLocation();
                throw new IllegalArgumentException(
                        "column " + where.getColumnNr() + ": more than one JSON value");
            }
            return value;
        } catch (JacksonException wrong) {
            TokenStreamLocation where = wrong.getLocation();
            String column = where == null ? "" : "column " + where.getColumnNr() + ": ";
            throw new IllegalArgumentException(
                    column + "this is not JSON: " + wrong.getOriginalMessage(), wrong);
        }
    }

    private Object value() {
        return switch (json.currentToken()) {
            case START_OBJECT -> object();
            case START_ARRAY -> list();
            case VALUE_STRING -> json.getString();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> Optional.empty();
            case VALUE_NUMBER_INT -> json.getLongValue();
            case VALUE_NUMBER_FLOAT -> json.getDoubleValue();
            case null -> throw new IllegalArgumentException("column 1: there is no JSON value");
            case END_OBJECT, END_ARRAY, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE ->
                    throw new IllegalStateException(String.valueOf(json.currentToken()));
        };
    }

    private Map<String, Object> object() {
        Map<String, Object> fields = new LinkedHashMap<>();
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            json.nextToken();
            fields.put(name, value());
        }
        return fields;
    }

    private List<Object> list() {
        List<Object> values = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            values.add(value());
        }
        return values;
    }
}
