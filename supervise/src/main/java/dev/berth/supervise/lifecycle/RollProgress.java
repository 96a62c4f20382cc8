package dev.berth.supervise.lifecycle;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/// How far a roll has come.
///
/// @param pending slots still to do, in order
/// @param current the slot in progress
/// @param done slots replaced so far
record RollProgress(List<Integer> pending, OptionalInt current, List<Integer> done) {
    RollProgress {
        pending = List.copyOf(pending);
        done = List.copyOf(done);
    }

    /// Nothing done yet.
    static RollProgress of(List<Integer> slots) {
        return new RollProgress(slots, OptionalInt.empty(), List.of());
    }

    RollProgress starting(int slot) {
        List<Integer> rest = pending.stream().filter(other -> other != slot).toList();
        return new RollProgress(rest, OptionalInt.of(slot), done);
    }

    RollProgress finished(int slot) {
        List<Integer> more = new ArrayList<>(done);
        more.add(slot);
        return new RollProgress(pending, OptionalInt.empty(), more);
    }
}
