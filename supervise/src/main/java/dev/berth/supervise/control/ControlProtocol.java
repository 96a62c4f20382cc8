package dev.berth.supervise.control;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

import java.io.StringWriter;
import java.util.function.Consumer;

/// The version of the control protocol, and its JSON.
///
/// | protocol | request | answer |
/// | --- | --- | --- |
/// | 1 | words, each followed by a zero byte | `A`, lines, `X` |
/// | 2 | a JSON object | `V`, lines or data, `R` |
///
/// Two things stay the same in all versions, so that any two of them understand each other far
/// enough to say what is wrong: the frames with their length, and a refusal (`E`, then `X`).
final class ControlProtocol {
    static final int VERSION = 2;

    /// The one whose requests are words.
    static final int OF_WORDS = 1;

    /// How every request and every acceptance begins.
    static final String FIELD = "protocol";

    /// Field names are chosen by the peer, so none of them is kept.
    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
                    .build();

    private ControlProtocol() {}

    /// An object, whose fields `body` writes.
    static String object(Consumer<JsonGenerator> body) {
        var text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            body.accept(json);
            json.writeEndObject();
        }
        return text.toString();
    }

    static JsonParser parser(String text) {
        return JSON.createParser(ObjectReadContext.empty(), text);
    }

    /// The text of an acceptance.
    static String acceptance() {
        return object(json -> json.writeNumberProperty(FIELD, VERSION));
    }

    /// The protocol that an acceptance or a request names; 0 if it names none.
    static int named(String text) {
        try (JsonParser json = parser(text)) {
            json.nextToken();
            boolean first = FIELD.equals(json.nextName());
            return first && json.nextToken() == JsonToken.VALUE_NUMBER_INT ? json.getIntValue() : 0;
        } catch (JacksonException other) {
            return 0;
        }
    }

    /// Why a request in another protocol is refused.
    static CommandRefusedException refusal(int theirs) {
        return new CommandRefusedException(
                "this supervisor (pid "
                        + ProcessHandle.current().pid()
                        + ") speaks control protocol "
                        + VERSION
                        + ", your berth speaks "
                        + theirs
                        + ": nothing was done; use "
                        + (theirs < VERSION ? "a newer berth" : "the berth that started it"));
    }
}
