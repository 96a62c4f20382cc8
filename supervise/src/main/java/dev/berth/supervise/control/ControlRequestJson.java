package dev.berth.supervise.control;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Request;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/// A request in the form in which it is sent over the control socket.
///
/// **Shape:** `{"protocol":2,"command":COMMAND,…}`, in this order, with the parameters of the
/// command; those in brackets may be absent:
///
///     status    json, [columns], colour
///     roll      [slot], environment (an object), new_addresses, [words]
///     scale     workers
///     scale-by  difference
///     steer     policy
///     drain     slot
///     undrain   slot
///     shed      on
///     stop
public final class ControlRequestJson {
    private static final String COMMAND = "command";
    private static final String ROLL = "roll";

    /// The beginning of a request that may be long.
    static final String BEGINNING_OF_LONG = beginning(ROLL);

    private ControlRequestJson() {}

    private static String beginning(String command) {
        String empty = ControlProtocol.object(json -> begin(json, command));
        return empty.substring(0, empty.length() - 1);
    }

    private static void begin(JsonGenerator json, String command) {
        json.writeNumberProperty(ControlProtocol.FIELD, ControlProtocol.VERSION);
        json.writeStringProperty(COMMAND, command);
    }

    /// The JSON object that [#read] reads.
    public static String write(ControlRequest request) {
        return ControlProtocol.object(
                json -> {
                    switch (request) {
                        case ControlRequest.ShowStatus status -> write(json, status);
                        case ControlRequest.Change(Request change) -> write(json, change);
                    }
                });
    }

    private static void write(JsonGenerator json, ControlRequest.ShowStatus status) {
        begin(json, "status");
        json.writeBooleanProperty("json", status.json());
        status.columns().ifPresent(number -> json.writeNumberProperty("columns", number));
        json.writeBooleanProperty("colour", status.colour());
    }

    private static void write(JsonGenerator json, Request change) {
        switch (change) {
            case Request.Roll roll -> write(json, roll);
            case Request.Scale(int workers) -> number(json, "scale", "workers", workers);
            case Request.ScaleBy(int difference) ->
                    number(json, "scale-by", "difference", difference);
            case Request.Drain(int slot) -> number(json, "drain", "slot", slot);
            case Request.Undrain(int slot) -> number(json, "undrain", "slot", slot);
            case Request.Steer(Policy policy) -> {
                begin(json, "steer");
                json.writeStringProperty("policy", policy.word());
            }
            case Request.Shed(boolean shed) -> {
                begin(json, "shed");
                json.writeBooleanProperty("on", shed);
            }
            case Request.Stop _ -> begin(json, "stop");
        }
    }

    private static void number(JsonGenerator json, String command, String name, int value) {
        begin(json, command);
        json.writeNumberProperty(name, value);
    }

    private static void write(JsonGenerator json, Request.Roll roll) {
        begin(json, ROLL);
        roll.slot().ifPresent(slot -> json.writeNumberProperty("slot", slot));
        json.writeObjectPropertyStart("environment");
        new TreeMap<>(roll.environment()).forEach(json::writeStringProperty);
        json.writeEndObject();
        json.writeBooleanProperty("new_addresses", roll.newAddresses());
        if (roll.command().isPresent()) {
            json.writeArrayPropertyStart("words");
            roll.command().get().words().forEach(json::writeString);
            json.writeEndArray();
        }
    }

    /// Reads a request that a client has sent.
    ///
    /// @throws CommandRefusedException says what is wrong with it
    public static ControlRequest read(String text) throws CommandRefusedException {
        int protocol = ControlProtocol.named(text);
        if (protocol != ControlProtocol.VERSION) {
            throw protocol == 0 && text.startsWith("{")
                    ? CommandRefusedException.wrong("the request names no control protocol")
                    : ControlProtocol.refusal(protocol == 0 ? ControlProtocol.OF_WORDS : protocol);
        }
        try {
            ControlParameters parameters = ControlParameters.read(text);
            ControlRequest request = request(parameters);
            parameters.checkAllTaken();
            return request;
        } catch (JacksonException wrong) {
            throw CommandRefusedException.wrong("the request is not valid JSON");
        } catch (IllegalArgumentException wrong) {
            throw CommandRefusedException.wrong(String.valueOf(wrong.getMessage()));
        }
    }

    private static ControlRequest request(ControlParameters parameters)
            throws CommandRefusedException {
        String command = parameters.text(COMMAND);
        return switch (command) {
            case "status" ->
                    new ControlRequest.ShowStatus(
                            parameters.flag("json"),
                            parameters.maybeCount("columns"),
                            parameters.flag("colour"));
            case ROLL -> new ControlRequest.Change(roll(parameters));
            case "scale" -> change(new Request.Scale(parameters.count("workers")));
            case "scale-by" -> change(new Request.ScaleBy(parameters.number("difference")));
            case "drain" -> change(new Request.Drain(parameters.count("slot")));
            case "undrain" -> change(new Request.Undrain(parameters.count("slot")));
            case "steer" -> change(new Request.Steer(Policy.parse(parameters.text("policy"))));
            case "shed" -> change(new Request.Shed(parameters.flag("on")));
            case "stop" -> change(new Request.Stop());
            default ->
                    throw CommandRefusedException.wrong(
                            "this supervisor does not know the command: " + command);
        };
    }

    private static ControlRequest change(Request request) {
        return new ControlRequest.Change(request);
    }

    private static Request.Roll roll(ControlParameters parameters) throws CommandRefusedException {
        Map<String, String> environment = parameters.texts("environment");
        for (String name : environment.keySet()) {
            if (name.isEmpty() || name.contains("=")) {
                throw CommandRefusedException.wrong("not the name of a variable: " + name);
            }
        }
        OptionalInt slot = parameters.maybeCount("slot");
        Optional<List<String>> words = parameters.maybeWords("words");
        return new Request.Roll(
                words.map(Command::new), environment, slot, parameters.flag("new_addresses"));
    }
}
