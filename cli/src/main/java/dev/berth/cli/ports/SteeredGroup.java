package dev.berth.cli.ports;

import dev.berth.cli.command.ExitCode;
import dev.berth.cli.remote.ControlWords;
import dev.berth.inspect.Owner;
import dev.berth.inspect.PortReport;
import dev.berth.inspect.PortSocket;
import dev.berth.net.ProcessEntry;
import dev.berth.net.ProcessList;
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
import java.util.OptionalInt;

/// What a supervisor of Berth says of the group that it steers.
///
/// @param name its name
/// @param steer policy and mechanism: `hash (ebpf)`
/// @param ready the slots in service
record SteeredGroup(String name, String steer, List<Slot> ready) {
    private static final String READY = "ready";

    /// A slot and the pid of its worker in service.
    record Slot(int slot, int pid) {
        /// Whether its worker, or what that started, holds the socket.
        boolean holds(PortSocket socket) {
            return socket.owners().stream().anyMatch(owner -> descends(owner.pid(), pid));
        }
    }

    SteeredGroup {
        ready = List.copyOf(ready);
    }

    /// The group of `socket`, as its supervisor knows it; empty if none of this user's holds it, or
    /// it does not answer.
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
                    return status(control);
                }
            }
        } catch (IOException unanswered) {
            // Another user's, or busy: what it steers stays unknown.
        }
        return Optional.empty();
    }

    private static Optional<SteeredGroup> status(Path control) throws IOException {
        List<String> lines = new ArrayList<>();
        var words =
                new ControlWords(List.of("status"), true, false, OptionalInt.empty(), List.of());
        int code =
                ControlClient.call(
                        control,
                        words.words(),
                        new ControlClient.Caller() {
                            @Override
                            public void accepted() {}

                            @Override
                            public void out(String line) {
                                lines.add(line);
                            }

                            @Override
                            public void err(String line) {}
                        });
        return code == ExitCode.DONE && !lines.isEmpty()
                ? Optional.of(parse(lines.getFirst()))
                : Optional.empty();
    }

    /// Reads `berth status --json`.
    static SteeredGroup parse(String status) {
        String name = "";
        String steer = "";
        boolean shed = false;
        List<Slot> ready = new ArrayList<>();
        try (JsonParser json = new JsonFactory().createParser(ObjectReadContext.empty(), status)) {
            json.nextToken();
            for (String field = json.nextName(); field != null; field = json.nextName()) {
                json.nextToken();
                switch (field) {
                    case "name" -> name = json.getString();
                    case "steer" -> steer = json.getString();
                    case "shed" -> shed = json.getBooleanValue();
                    case "slots" -> slots(json, ready);
                    default -> json.skipChildren();
                }
            }
        }
        return new SteeredGroup(name, steer, shed ? List.of() : ready);
    }

    private static void slots(JsonParser json, List<Slot> ready) {
        while (json.nextToken() == JsonToken.START_OBJECT) {
            int slot = 0;
            int pid = 0;
            String state = "";
            for (String field = json.nextName(); field != null; field = json.nextName()) {
                json.nextToken();
                switch (field) {
                    case "slot" -> slot = json.getIntValue();
                    case "pid" -> pid = json.getIntValue();
                    case "state" -> state = json.getString();
                    default -> json.skipChildren();
                }
            }
            if (state.equals(READY)) {
                ready.add(new Slot(slot, pid));
            }
        }
    }

    /// The sockets of the slots in service, in the group of `hit`.
    List<PortSocket> served(PortSocket hit, PortReport report) {
        return report.sockets().stream()
                .filter(socket -> socket.listening() && socket.group().equals(hit.group()))
                .filter(socket -> ready.stream().anyMatch(slot -> slot.holds(socket)))
                .toList();
    }

    private static boolean descends(int pid, int ancestor) {
        int at = pid;
        while (at > 1 && at != ancestor) {
            at = ProcessList.of(at).map(ProcessEntry::parent).orElse(0);
        }
        return at == ancestor && ancestor > 1;
    }
}
