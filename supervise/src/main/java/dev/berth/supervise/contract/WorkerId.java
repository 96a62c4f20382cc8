package dev.berth.supervise.contract;

/// One life of a worker: the `generation`th in its `slot`.
///
/// Slots count from 0, generations from 1; a generation number is never reused in one slot.
public record WorkerId(int slot, int generation) implements Comparable<WorkerId> {
    public WorkerId {
        if (slot < 0 || generation < 1) {
            throw new IllegalArgumentException(
                    "no such worker: slot=" + slot + " generation=" + generation);
        }
    }

    @Override
    public int compareTo(WorkerId other) {
        return slot != other.slot
                ? Integer.compare(slot, other.slot)
                : Integer.compare(generation, other.generation);
    }

    /// `2.7`: the third slot, its seventh life.
    @Override
    public String toString() {
        return slot + "." + generation;
    }
}
