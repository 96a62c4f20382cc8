package dev.berth.cli.ports;

import dev.berth.cli.command.Json;
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

    static String of(ShareAnswer answer) {
        return Json.object(json -> new ShareJson(json).write(answer));
    }

    private void write(ShareAnswer answer) {
        json.writeNumberProperty("schema", SCHEMA);
        json.writeStringProperty("action", answer.plan().open() ? "open" : "close");
        json.writeStringProperty("target", answer.target());
        json.writeBooleanProperty("done", answer.done());
        Json.objects(json, "changes", answer.changes(), this::change);
        sockets(
                "unchanged",
                answer.plan().ports().stream().filter(p -> !changed(answer, p)).toList());
        sockets("lasting", answer.plan().lasting());
        Json.objects(json, "checks", answer.checks(), this::check);
        Json.strings(json, "effects", answer.effects());
    }

    private static boolean changed(ShareAnswer answer, PortSocket port) {
        return answer.plan().changes().contains(port);
    }

    private void sockets(String name, List<PortSocket> sockets) {
        Json.objects(json, name, sockets, who::socket);
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
        Json.text(json, "listen", check.listenAnswer());
        json.writeBooleanProperty("certain", check.certain());
        Json.strings(json, "uncertain", check.uncertain());
    }
}
