package dev.berth.cli.ports;

import dev.berth.cli.command.JsonOutput;
import dev.berth.inspect.BindForecast;
import dev.berth.inspect.PortSocket;
import dev.berth.inspect.ShareChange;

import tools.jackson.core.JsonGenerator;

import java.util.List;
import java.util.Locale;

/// `berth open --json` and `berth close --json`: schema 1. `done` matches the exit code; `changes`
/// has a `result` (`done`, `gone`, `failed`) for each socket, `lasting` lists what could not be
/// changed, `checks` what a bind with SO_REUSEPORT would now meet.
final class ShareJson {
    private static final int SCHEMA = 1;

    private final JsonGenerator json;
    private final WhoJson who;

    private ShareJson(JsonGenerator json) {
        this.json = json;
        this.who = new WhoJson(json);
    }

    static String of(ShareResult result) {
        return JsonOutput.object(json -> new ShareJson(json).write(result));
    }

    private void write(ShareResult result) {
        json.writeNumberProperty("schema", SCHEMA);
        json.writeStringProperty("action", result.plan().open() ? "open" : "close");
        json.writeStringProperty("target", result.target());
        json.writeBooleanProperty("done", result.done());
        JsonOutput.objects(json, "changes", result.changes(), this::change);
        sockets(
                "unchanged",
                result.plan().ports().stream().filter(p -> !changed(result, p)).toList());
        sockets("lasting", result.plan().lasting());
        JsonOutput.objects(json, "checks", result.checks(), this::check);
        JsonOutput.strings(json, "effects", result.effects());
    }

    private static boolean changed(ShareResult result, PortSocket port) {
        return result.plan().changes().contains(port);
    }

    private void sockets(String name, List<PortSocket> sockets) {
        JsonOutput.objects(json, name, sockets, who::socket);
    }

    private void change(ShareChange change) {
        json.writeStringProperty("result", change.result().name().toLowerCase(Locale.ROOT));
        if (change.reason().isEmpty()) {
            json.writeNullProperty("reason");
        } else {
            json.writeStringProperty("reason", change.reason());
        }
        json.writeObjectPropertyStart("socket");
        who.socket(change.socket());
        json.writeEndObject();
    }

    private void check(BindForecast check) {
        json.writeStringProperty("address", check.request().address().toString());
        json.writeNumberProperty("uid", Integer.toUnsignedLong(check.request().uid()));
        json.writeBooleanProperty("reuseaddr", check.request().reuseaddr());
        json.writeStringProperty("bind", check.bindAnswer());
        JsonOutput.text(json, "listen", check.listenAnswer());
        json.writeBooleanProperty("certain", check.certain());
        JsonOutput.strings(json, "uncertain", check.uncertain());
    }
}
