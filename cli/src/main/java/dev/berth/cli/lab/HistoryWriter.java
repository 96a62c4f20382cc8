package dev.berth.cli.lab;

import dev.berth.cli.command.Json;
import dev.berth.inspect.History;
import dev.berth.inspect.Step;
import dev.berth.sys.Sockets;

import tools.jackson.core.JsonGenerator;

/// Writes a history as a line of JSON that [HistoryReader] can read.
final class HistoryWriter {
    private final JsonGenerator json;

    private HistoryWriter(JsonGenerator json) {
        this.json = json;
    }

    /// Writes `history` as one line.
    ///
    /// @param note what the history shows; empty for none
    static String write(History history, String note) {
        return Json.object(
                json -> {
                    json.writeStringProperty("id", history.id());
                    if (!note.isEmpty()) {
                        json.writeStringProperty("note", note);
                    }
                    json.writeStringProperty("protocol", history.protocol().text());
                    var writer = new HistoryWriter(json);
                    Json.objects(json, "steps", history.steps(), writer::step);
                });
    }

    /// The word for the kind of a step.
    static String op(Step step) {
        return switch (step) {
            case Step.Open _ -> "socket";
            case Step.Attach _ -> "attach";
            case Step.Bind _ -> "bind";
            case Step.Listen _ -> "listen";
            case Step.Change _ -> "set";
            case Step.Shutdown _ -> "shutdown";
            case Step.Close _ -> "close";
            case Step.Connect _ -> "connect";
            case Step.Peer _ -> "peer";
        };
    }

    private void step(Step step) {
        json.writeStringProperty("op", op(step));
        json.writeStringProperty("id", step.id());
        switch (step) {
            case Step.Open open -> open(open);
            case Step.Bind bind -> json.writeStringProperty("address", bind.address().host());
            case Step.Change change -> change(change);
            case Step.Connect connect -> connect(connect);
            case Step.Peer peer -> json.writeStringProperty("address", peer.peer().host());
            case Step.Attach _, Step.Listen _, Step.Shutdown _, Step.Close _ -> {}
        }
    }

    private void open(Step.Open open) {
        json.writeNumberProperty("family", open.family() == Sockets.AF_INET ? 4 : 6);
        json.writeBooleanProperty("reuseaddr", open.reuseaddr());
        json.writeBooleanProperty("reuseport", open.reuseport());
        json.writeBooleanProperty("v6only", open.v6only());
        uid("uid", open.uid());
        if (open.loopback()) {
            json.writeStringProperty("device", "lo");
        } else {
            json.writeNullProperty("device");
        }
    }

    private void change(Step.Change change) {
        change.reuseaddr().ifPresent(on -> json.writeBooleanProperty("reuseaddr", on));
        change.reuseport().ifPresent(on -> json.writeBooleanProperty("reuseport", on));
        change.uid().ifPresent(uid -> uid("uid", uid));
    }

    private void connect(Step.Connect connect) {
        json.writeStringProperty("to", connect.to());
        json.writeStringProperty("via", connect.via().host());
        json.writeStringProperty("accept", connect.accept());
        uid("accept_uid", connect.acceptUid());
    }

    private void uid(String name, int uid) {
        json.writeNumberProperty(name, Integer.toUnsignedLong(uid));
    }
}
