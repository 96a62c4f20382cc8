package dev.berth.cli.lab;

import dev.berth.cli.command.JsonOutput;
import dev.berth.inspect.History;
import dev.berth.inspect.HistoryStep;
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
        return JsonOutput.object(
                json -> {
                    json.writeStringProperty("id", history.id());
                    if (!note.isEmpty()) {
                        json.writeStringProperty("note", note);
                    }
                    json.writeStringProperty("protocol", history.protocol().text());
                    var writer = new HistoryWriter(json);
                    JsonOutput.objects(json, "steps", history.steps(), writer::step);
                });
    }

    /// The word for the kind of a step.
    static String op(HistoryStep step) {
        return switch (step) {
            case HistoryStep.Open _ -> "socket";
            case HistoryStep.Attach _ -> "attach";
            case HistoryStep.Bind _ -> "bind";
            case HistoryStep.Listen _ -> "listen";
            case HistoryStep.Change _ -> "set";
            case HistoryStep.Shutdown _ -> "shutdown";
            case HistoryStep.Close _ -> "close";
            case HistoryStep.Connect _ -> "connect";
            case HistoryStep.Peer _ -> "peer";
        };
    }

    private void step(HistoryStep step) {
        json.writeStringProperty("op", op(step));
        json.writeStringProperty("id", step.id());
        switch (step) {
            case HistoryStep.Open open -> open(open);
            case HistoryStep.Bind bind ->
                    json.writeStringProperty("address", bind.address().host());
            case HistoryStep.Change change -> change(change);
            case HistoryStep.Connect connect -> connect(connect);
            case HistoryStep.Peer peer -> json.writeStringProperty("address", peer.peer().host());
            case HistoryStep.Attach _,
                    HistoryStep.Listen _,
                    HistoryStep.Shutdown _,
                    HistoryStep.Close _ -> {}
        }
    }

    private void open(HistoryStep.Open open) {
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

    private void change(HistoryStep.Change change) {
        change.reuseaddr().ifPresent(on -> json.writeBooleanProperty("reuseaddr", on));
        change.reuseport().ifPresent(on -> json.writeBooleanProperty("reuseport", on));
        change.uid().ifPresent(uid -> uid("uid", uid));
    }

    private void connect(HistoryStep.Connect connect) {
        json.writeStringProperty("to", connect.to());
        json.writeStringProperty("via", connect.via().host());
        json.writeStringProperty("accept", connect.accept());
        uid("accept_uid", connect.acceptUid());
    }

    private void uid(String name, int uid) {
        json.writeNumberProperty(name, Integer.toUnsignedLong(uid));
    }
}
