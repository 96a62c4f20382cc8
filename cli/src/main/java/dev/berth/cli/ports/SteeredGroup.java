package dev.berth.cli.ports;

import dev.berth.cli.remote.StatusQuery;
import dev.berth.inspect.Owner;
import dev.berth.inspect.PortReport;
import dev.berth.inspect.PortSocket;
import dev.berth.supervise.control.ControlClient;
import dev.berth.supervise.control.RuntimeDirectory;

import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/// What a supervisor of Berth reports about the sockets that it steers.
///
/// @param name the supervisor's name
/// @param steer the policy and mechanism: `hash (ebpf)`
/// @param steeredSockets the sockets
record SteeredGroup(String name, String steer, List<SteeredSocket> steeredSockets) {
    /// A socket of a slot.
    ///
    /// @param pid the slot's worker in service; 0 if there is none
    /// @param share the part of the new connections that it gets; empty if unknown
    record SteeredSocket(int slot, int pid, long inode, OptionalDouble share) {
        boolean served() {
            return share.orElse(0) > 0;
        }
    }

    SteeredGroup {
        steeredSockets = List.copyOf(steeredSockets);
    }

    /// The group of `socket`, as its supervisor reports it; empty if no supervisor of this user
    /// holds it, or it does not answer.
    static Optional<SteeredGroup> of(PortSocket socket) {
        return socket.owners().stream()
                .filter(Owner::supervisor)
                .findFirst()
                .flatMap(owner -> ask(owner.pid()));
    }

    private static Optional<SteeredGroup> ask(int pid) {
        try {
            for (String name : RuntimeDirectory.names()) {
                Path control = RuntimeDirectory.forName(name).resolve(RuntimeDirectory.CONTROL);
                if (ControlClient.listener(control).equals(OptionalInt.of(pid))) {
                    return StatusQuery.json(name).map(SteeredGroup::parse);
                }
            }
        } catch (IOException unanswered) {
            // It belongs to another user or is busy: what it steers stays unknown.
        }
        return Optional.empty();
    }

    /// Reads `berth status --json`.
    static SteeredGroup parse(String status) {
        String name = "";
        String steer = "";
        List<SteeredSocket> steeredSockets = new ArrayList<>();
        try (JsonParser json = new JsonFactory().createParser(ObjectReadContext.empty(), status)) {
            json.nextToken();
            for (String field = json.nextName(); field != null; field = json.nextName()) {
                json.nextToken();
                switch (field) {
                    case "name" -> name = json.getString();
                    case "steer" -> steer = json.getString();
                    case "slots" -> slots(json, steeredSockets);
                    default -> json.skipChildren();
                }
            }
        }
        return new SteeredGroup(name, steer, steeredSockets);
    }

    private static void slots(JsonParser json, List<SteeredSocket> steeredSockets) {
        while (json.nextToken() == JsonToken.START_OBJECT) {
            int slot = 0;
            int pid = 0;
            for (String field = json.nextName(); field != null; field = json.nextName()) {
                json.nextToken();
                switch (field) {
                    case "slot" -> slot = json.getIntValue();
                    case "pid" -> pid = json.getIntValue();
                    case "sockets" -> sockets(json, slot, pid, steeredSockets);
                    default -> json.skipChildren();
                }
            }
        }
    }

    private static void sockets(
            JsonParser json, int slot, int pid, List<SteeredSocket> steeredSockets) {
        while (json.nextToken() == JsonToken.START_OBJECT) {
            long inode = 0;
            OptionalDouble share = OptionalDouble.empty();
            for (String field = json.nextName(); field != null; field = json.nextName()) {
                json.nextToken();
                switch (field) {
                    case "inode" -> inode = json.getLongValue();
                    case "share" -> share = OptionalDouble.of(json.getDoubleValue());
                    default -> json.skipChildren();
                }
            }
            steeredSockets.add(new SteeredSocket(slot, pid, inode, share));
        }
    }

    /// The seats in the group of `hit`.
    List<SteeredSocket> beside(PortSocket hit, PortReport report) {
        Set<Long> inodes =
                report.sockets().stream()
                        .filter(socket -> socket.listening() && socket.group().equals(hit.group()))
                        .map(PortSocket::inode)
                        .collect(Collectors.toSet());
        return steeredSockets.stream().filter(steered -> inodes.contains(steered.inode())).toList();
    }
}
