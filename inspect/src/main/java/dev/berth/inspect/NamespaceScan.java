package dev.berth.inspect;

import dev.berth.net.NetNamespace;
import dev.berth.net.SocketRow;

import java.util.List;

/// The rows that were read in one network namespace.
///
/// @param own whether the namespace is the caller's
record NamespaceScan(List<SocketRow> rows, NetNamespace namespace, boolean own) {
    /// The rows of all namespaces.
    static List<SocketRow> rows(List<NamespaceScan> seen) {
        return seen.size() == 1
                ? seen.getFirst().rows()
                : seen.stream().flatMap(part -> part.rows().stream()).toList();
    }
}
