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
    public boolean byPlace() {
        return false;
    }

    @Override
    public void joined(HeldSocket socket) {}

    @Override
    public void leaves(HeldSocket socket) {}

    @Override
    public void serve(Table table, List<HeldSocket> order) {}

    @Override
    public boolean follows(Table table) {
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
