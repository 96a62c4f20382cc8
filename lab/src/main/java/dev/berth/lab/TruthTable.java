package dev.berth.lab;

import dev.berth.net.NamespaceThread;
import dev.berth.net.Protocol;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Which sockets can share a port, and which gets what then, on the running kernel.
///
/// @param release of the kernel, as returned by uname(2)
/// @param protocol of the sockets
/// @param grids the parts of the table
public record TruthTable(String release, Protocol protocol, List<Grid> grids) {
    public TruthTable {
        grids = List.copyOf(grids);
    }

    /// Measures it, in its own network namespaces; takes about a second.
    ///
    /// @throws IOException `EPERM` without `CAP_SYS_ADMIN`, which every user has in a user
    ///   namespace of their own
    public static TruthTable measure(Protocol protocol) throws IOException {
        HostFeatures host = HostFeatures.here();
        List<Grid> grids = new ArrayList<>();
        try (Replay replay = new Replay()) {
            var binds = new BindGrids(protocol, replay, host.uids());
            grids.add(binds.options());
            grids.add(binds.addresses());
        }
        try (NamespaceThread namespace = NamespaceThread.open()) {
            grids.add(namespace.call(() -> DeviceGrid.measure(protocol)));
            grids.addAll(namespace.call(() -> ReceiverGrids.measure(protocol)));
        }
        return new TruthTable(host.release(), protocol, grids);
    }

    /// The number of cells in which the rules are wrong.
    public long differences() {
        return grids.stream().mapToLong(Grid::differences).sum();
    }
}
