package dev.berth.cli.command;

import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;

import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Writes JSON with the streaming generator: no reflection, and half as many classes as a tree.
/// Everything beyond ASCII is escaped, because other programs may have chosen the text and it may
/// be shown on a terminal.
public final class JsonOutput {
    public static final JsonFactory FACTORY =
            JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private JsonOutput() {}

    /// One line with an object, whose fields `body` writes.
    public static String object(Consumer<JsonGenerator> body) {
        var text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            body.accept(json);
            json.writeEndObject();
        }
        return text.toString();
    }

    /// Writes a text, or `null` for a value that does not apply.
    public static void text(JsonGenerator json, String name, Optional<String> value) {
        if (value.isPresent()) {
            json.writeStringProperty(name, value.get());
        } else {
            json.writeNullProperty(name);
        }
    }

    /// Writes an array of texts.
    public static void strings(JsonGenerator json, String name, List<String> values) {
        json.writeArrayPropertyStart(name);
        values.forEach(json::writeString);
        json.writeEndArray();
    }

    /// Writes an array of objects; `body` writes the fields of each.
    public static <T> void objects(
            JsonGenerator json, String name, List<T> values, Consumer<T> body) {
        json.writeArrayPropertyStart(name);
        for (T value : values) {
            json.writeStartObject();
            body.accept(value);
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
