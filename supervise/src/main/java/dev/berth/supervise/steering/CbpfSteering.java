package dev.berth.supervise.steering;

import dev.berth.bpf.CbpfTable;
import dev.berth.bpf.Family;
import dev.berth.sys.ErrnoException;

import java.util.List;
import java.util.OptionalLong;

/// Steering by classic BPF over the group's indices, reattached atomically after each change. It
/// can neither refuse a client nor move a queue, and counts nothing, but it needs no privilege.
final class CbpfSteering implements Steering {
    private final Family family;

    CbpfSteering(Family family) {
        this.family = family;
    }

    @Override
    public boolean migrates() {
        return false;
    }

    @Override
    public boolean usesIndices() {
        return true;
    }

    @Override
    public void afterJoin(HeldSocket socket) {}

    @Override
    public void beforeLeave(HeldSocket socket) {}

    /// If no member is served the program stays as it was: a classic program cannot refuse.
    @Override
    public void serve(SelectionTable table, List<HeldSocket> order) throws ErrnoException {
        int[] indices = table.places().stream().mapToInt(order::indexOf).toArray();
        if (indices.length > 0) {
            int member = order.getFirst().fd().number();
            CbpfTable.attach(member, CbpfTable.program(table.selection(), indices, family));
        }
    }

    @Override
    public boolean follows(SelectionTable table) {
        return !table.places().isEmpty();
    }

    @Override
    public OptionalLong steered(HeldSocket socket) {
        return OptionalLong.empty();
    }

    @Override
    public OptionalLong fallbacks() {
        return OptionalLong.empty();
    }

    @Override
    public void close() {}
}
