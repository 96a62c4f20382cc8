package dev.berth.supervise.control;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;

import java.io.IOException;

/// A result in the form in which it is sent over the control socket.
///
/// **Shape:** `{"kind":"done|failed|refused","exit":0,"code":"rolled","text":"rolled 2 slots"}`; a
/// client ignores fields that it does not know.
final class ControlResultJson {
    private ControlResultJson() {}

    static String write(ControlResult result) {
        return ControlProtocol.object(
                json -> {
                    json.writeStringProperty("kind", result.kind().word());
                    json.writeNumberProperty("exit", result.exitCode());
                    json.writeStringProperty("code", result.code());
                    json.writeStringProperty("text", result.text());
                });
    }

    /// @throws IOException it is not a result
    static ControlResult read(String text) throws IOException {
        var kind = ControlResult.Kind.FAILED;
        int exitCode = -1;
        String code = "";
        String said = "";
        try (JsonParser json = ControlProtocol.parser(text)) {
            json.nextToken();
            for (String name = json.nextName(); name != null; name = json.nextName()) {
                json.nextToken();
                switch (name) {
                    case "kind" -> kind = ControlResult.Kind.of(json.getString());
                    case "exit" -> exitCode = json.getIntValue();
                    case "code" -> code = json.getString();
                    case "text" -> said = json.getString();
                    default -> json.skipChildren();
                }
            }
        } catch (JacksonException wrong) {
            throw new IOException("not a result: " + text, wrong);
        }
        if (exitCode < 0) {
            throw new IOException("not a result: " + text);
        }
        return new ControlResult(kind, exitCode, code, said);
    }
}
