package dev.berth.supervise.steering;

import dev.berth.bpf.CbpfTable;
import dev.berth.bpf.Family;
import dev.berth.sys.ErrnoException;

import java.util.List;

/// Steering by classic BPF over the group's indices, reattached atomically after each change. It
/// can neither refuse a client nor move a queue, and counts nothing, but it needs no privilege.
record CbpfSteering(Family family) implements Steering {
    @Override
    public boolean usesIndices() {
        return true;
    }

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
}
