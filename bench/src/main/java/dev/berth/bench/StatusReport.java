package dev.berth.bench;

import java.util.List;
import java.util.Map;
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
        Map<?, ?> root = object(JsonReader.parse(json));
        if (!(root.get("slots") instanceof List<?> slots)) {
            throw new IllegalArgumentException("no slots in " + json);
        }
        return new StatusReport(
                number(root, "pid").orElseThrow(() -> new IllegalArgumentException(json)),
                slots.stream().map(slot -> slot(object(slot))).toList());
    }

    /// Whether there are `count` slots and all are ready.
    boolean ready(int count) {
        return slots.size() == count && slots.stream().allMatch(SlotReport::ready);
    }

    /// The pids of the workers in service.
    List<Integer> workers() {
        return slots.stream().flatMapToInt(slot -> slot.pid().stream()).boxed().toList();
    }

    private static SlotReport slot(Map<?, ?> slot) {
        return new SlotReport(
                number(slot, "slot").orElse(-1),
                String.valueOf(slot.get("state")),
                number(slot, "pid"),
                number(slot, "generation").orElse(0),
                number(slot, "restarts").orElse(0));
    }

    private static OptionalInt number(Map<?, ?> object, String name) {
        return object.get(name) instanceof Double number
                ? OptionalInt.of(number.intValue())
                : OptionalInt.empty();
    }

    private static Map<?, ?> object(Object value) {
        if (value instanceof Map<?, ?> object) {
            return object;
        }
        throw new IllegalArgumentException("not a JSON object: " + value);
    }
}
