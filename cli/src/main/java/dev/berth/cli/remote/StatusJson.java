package dev.berth.cli.remote;

import dev.berth.cli.command.JsonOutput;
import dev.berth.supervise.contract.Status;
import dev.berth.supervise.contract.Status.ForeignSocket;
import dev.berth.supervise.contract.Status.SlotStatus;
import dev.berth.supervise.contract.Status.SocketStatus;
import dev.berth.supervise.contract.Status.WorkerStatus;

import tools.jackson.core.JsonGenerator;

/// `berth status --json`, schema 1. Values that could not be observed are absent; `operation` is
/// null if none is in progress.
public final class StatusJson {
    private static final int SCHEMA = 1;

    private final JsonGenerator json;

    private StatusJson(JsonGenerator json) {
        this.json = json;
    }

    public static String of(Status status) {
        return JsonOutput.object(json -> new StatusJson(json).write(status));
    }

    private void write(Status status) {
        json.writeNumberProperty("schema", SCHEMA);
        json.writeStringProperty("name", status.name());
        json.writeNumberProperty("pid", status.pid());
        json.writeStringProperty("steer", status.steer());
        if (status.fallbacks().isPresent()) {
            json.writeNumberProperty("fallbacks", status.fallbacks().getAsLong());
        }
        if (status.shed()) {
            json.writeBooleanProperty("shed", true);
        }
        json.writeStringProperty("adopt", status.adopt());
        JsonOutput.strings(json, "command", status.command().words());
        JsonOutput.strings(json, "listen", status.listen());
        json.writeName("operation");
        status.operation().ifPresentOrElse(json::writeString, json::writeNull);
        JsonOutput.objects(json, "strangers", status.foreignSockets(), this::foreignSocket);
        JsonOutput.objects(json, "slots", status.slots(), this::slot);
        JsonOutput.strings(json, "notes", status.notes());
    }

    private void foreignSocket(ForeignSocket foreignSocket) {
        json.writeStringProperty("listen", foreignSocket.listen());
        foreignSocket.pid().ifPresent(pid -> json.writeNumberProperty("pid", pid));
        json.writeStringProperty("command", foreignSocket.command());
        json.writeNumberProperty("inode", foreignSocket.inode());
        json.writeStringProperty("effect", foreignSocket.effect());
    }

    private void slot(SlotStatus slot) {
        json.writeNumberProperty("slot", slot.slot());
        json.writeStringProperty("state", slot.state());
        slot.pid().ifPresent(pid -> json.writeNumberProperty("pid", pid));
        // Generations count from 1; 0 means that the slot has never had a worker in service.
        if (slot.generation() > 0) {
            json.writeNumberProperty("generation", slot.generation());
        }
        json.writeNumberProperty("restarts", slot.restarts());
        json.writeStringProperty("since", slot.since().toString());
        if (!slot.lastFailure().isEmpty()) {
            json.writeStringProperty("last_failure", slot.lastFailure());
        }
        if (slot.stalled()) {
            json.writeBooleanProperty("stalled", true);
        }
        JsonOutput.objects(json, "workers", slot.workers(), this::worker);
        JsonOutput.objects(json, "sockets", slot.sockets(), this::socket);
    }

    private void worker(WorkerStatus worker) {
        json.writeNumberProperty("pid", worker.pid());
        json.writeNumberProperty("generation", worker.generation());
        json.writeStringProperty("state", worker.state());
        worker.connections().ifPresent(number -> json.writeNumberProperty("connections", number));
    }

    private void socket(SocketStatus socket) {
        json.writeStringProperty("listen", socket.listen());
        json.writeNumberProperty("generation", socket.generation());
        socket.inode().ifPresent(number -> json.writeNumberProperty("inode", number));
        socket.queue().ifPresent(number -> json.writeNumberProperty("queue", number));
        socket.backlog().ifPresent(number -> json.writeNumberProperty("backlog", number));
        socket.drops().ifPresent(number -> json.writeNumberProperty("drops", number));
        socket.steered().ifPresent(number -> json.writeNumberProperty("steered", number));
        socket.share().ifPresent(part -> json.writeNumberProperty("share", rounded(part)));
    }

    private static double rounded(double part) {
        return Math.round(part * 1e4) / 1e4;
    }
}
