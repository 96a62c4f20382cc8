package dev.berth.supervise.steering;

import java.util.List;
import java.util.OptionalLong;

/// No program: the kernel's own hash over all members. A roll hands the same socket on instead.
final class NoSteering implements Steering {
    @Override
    public boolean migrates() {
        return false;
    }

    @Override
    public boolean usesIndices() {
        return false;
    }

    @Override
    public void afterJoin(HeldSocket socket) {}

    @Override
    public void beforeLeave(HeldSocket socket) {}

    @Override
    public void serve(SelectionTable table, List<HeldSocket> order) {}

    @Override
    public boolean follows(SelectionTable table) {
        return false;
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
