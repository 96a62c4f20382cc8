package dev.berth.lab;

import dev.berth.net.FreshNamespace;
import dev.berth.net.Protocol;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Who may share a port with whom, and who gets what then, on the running kernel.
///
/// @param release of the kernel, as uname(2) tells it
/// @param protocol of the sockets
/// @param grids its parts
public record TruthTable(String release, Protocol protocol, List<Grid> grids) {
    public TruthTable {
        Objects.requireNonNull(release, "release");
        Objects.requireNonNull(protocol, "protocol");
        grids = List.copyOf(grids);
    }

    /// Makes it, in network namespaces of its own; takes about a second.
    ///
    /// @throws IOException `EPERM` without `CAP_SYS_ADMIN`, which every user has in a user
    ///   namespace of his own
    public static TruthTable measure(Protocol protocol) throws IOException {
        Machine machine = Machine.here();
        List<Grid> grids = new ArrayList<>();
        try (Replay replay = new Replay()) {
            var binds = new BindGrids(protocol, replay, machine.uids());
            grids.add(binds.options());
            grids.add(binds.addresses());
        }
        try (FreshNamespace namespace = FreshNamespace.open()) {
            grids.add(namespace.call(() -> DeviceGrid.measure(protocol)));
            grids.addAll(namespace.call(() -> ReceiverGrids.measure(protocol)));
        }
        return new TruthTable(machine.release(), protocol, grids);
    }

    /// How many cells the rules have wrong.
    public long differences() {
        return grids.stream().mapToLong(Grid::differences).sum();
    }
}
