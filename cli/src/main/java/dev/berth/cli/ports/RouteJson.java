package dev.berth.cli.ports;

import dev.berth.cli.command.JsonOutput;

import tools.jackson.core.JsonGenerator;

/// `berth route --json`: schema 1; the socket in the form of `berth who`, `null` if the client
/// would be refused.
final class RouteJson {
    private static final int SCHEMA = 1;

    private RouteJson() {}

    static String of(RouteAnswer answer) {
        return JsonOutput.object(json -> write(json, answer));
    }

    private static void write(JsonGenerator json, RouteAnswer answer) {
        var who = new WhoJson(json);
        json.writeNumberProperty("schema", SCHEMA);
        who.socket("socket", answer.socket());
        json.writeBooleanProperty("certain", answer.certain());
        json.writeStringProperty("note", answer.note());
        if (!answer.spread().isEmpty()) {
            JsonOutput.objects(json, "spread", answer.spread(), share -> share(json, who, share));
        }
        JsonOutput.strings(json, "unknown", answer.report().unknown());
    }

    private static void share(JsonGenerator json, WhoJson who, RouteAnswer.Share share) {
        json.writeNumberProperty("clients", share.clients());
        who.socket("socket", share.socket());
    }
}
