package dev.berth.bench;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// The parts of `berth status NAME --json` that are needed here.
///
/// @param pid of the supervisor
record StatusReport(int pid, List<SlotReport> slots) {
    /// A slot of the supervisor.
    ///
    /// @param pid of the worker in service, if there is one
    record SlotReport(int slot, String state, OptionalInt pid, int generation, int restarts) {
        boolean ready() {
            return state.equals("ready") && pid.isPresent();
        }
    }

    /// Parses the JSON.
    ///
    /// @throws IllegalArgumentException if it does not follow the contract
    static StatusReport parse(String json) {
        try (JsonParser in = new JsonFactory().createParser(ObjectReadContext.empty(), json)) {
            StatusReport status = status(in);
            if (in.nextToken() != null) {
                throw new IllegalArgumentException("more than one JSON value: " + json);
            }
            return status;
        } catch (JacksonException wrong) {
            int column = wrong.getLocation() == null ? 0 : wrong.getLocation().getColumnNr();
            throw new IllegalArgumentException(
                    "not JSON at column " + column + ": " + wrong.getOriginalMessage(), wrong);
        }
    }

    private static StatusReport status(JsonParser in) {
        OptionalInt pid = OptionalInt.empty();
        Optional<List<SlotReport>> slots = Optional.empty();
        in.nextToken();
        for (String field = in.nextName(); field != null; field = in.nextName()) {
            JsonToken value = in.nextToken();
            switch (field) {
                case "pid" -> pid = number(in);
                case "slots" -> {
                    if (value == JsonToken.START_ARRAY) {
                        slots = Optional.of(slots(in));
                    }
                }
                default -> in.skipChildren();
            }
        }
        if (pid.isEmpty() || slots.isEmpty()) {
            throw new IllegalArgumentException("not the status of a supervisor");
        }
        return new StatusReport(pid.getAsInt(), slots.get());
    }

    /// Whether there are `count` slots and all are ready.
    boolean ready(int count) {
        return slots.size() == count && slots.stream().allMatch(SlotReport::ready);
    }

    /// The pids of the workers in service.
    List<Integer> workers() {
        return slots.stream().flatMapToInt(slot -> slot.pid().stream()).boxed().toList();
    }

    private static List<SlotReport> slots(JsonParser in) {
        List<SlotReport> slots = new ArrayList<>();
        while (in.nextToken() == JsonToken.START_OBJECT) {
            slots.add(slot(in));
        }
        return slots;
    }

    private static SlotReport slot(JsonParser in) {
        int slot = -1;
        String state = "";
        OptionalInt pid = OptionalInt.empty();
        int generation = 0;
        int restarts = 0;
        for (String field = in.nextName(); field != null; field = in.nextName()) {
            in.nextToken();
            switch (field) {
                case "slot" -> slot = number(in).orElse(slot);
                case "state" -> state = in.getString();
                case "pid" -> pid = number(in);
                case "generation" -> generation = number(in).orElse(generation);
                case "restarts" -> restarts = number(in).orElse(restarts);
                default -> in.skipChildren();
            }
        }
        return new SlotReport(slot, state, pid, generation, restarts);
    }

    private static OptionalInt number(JsonParser in) {
        return in.currentToken() == JsonToken.VALUE_NUMBER_INT
                ? OptionalInt.of(in.getIntValue())
                : OptionalInt.empty();
    }
}
