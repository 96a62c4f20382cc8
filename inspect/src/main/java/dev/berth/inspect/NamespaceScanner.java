package dev.berth.inspect;

import dev.berth.net.Holders;
import dev.berth.net.NetNamespace;
import dev.berth.net.ProcessList;
import dev.berth.net.SocketHolders;
import dev.berth.net.SocketRow;
import dev.berth.sys.Capabilities;
import dev.berth.sys.Capability;
import dev.berth.sys.Processes;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Reads the sockets for a query, in the network namespaces that it covers.
final class NamespaceScanner {
    private final PortQuery query;
    private final List<String> unknown;
    private final SocketReader reader;

    /// @param unknown receives what could not be read
    NamespaceScanner(PortQuery query, List<String> unknown) {
        this.query = query;
        this.unknown = unknown;
        this.reader = new SocketReader(query, unknown);
    }

    /// Whether everything was read from the kernel's own list.
    boolean whole() {
        return reader.whole();
    }

    /// @throws IOException if the tables of the only requested namespace cannot be read
    List<NamespaceScan> read() throws IOException {
        NetNamespace current = NetNamespace.current();
        List<NamespaceScan> seen = new ArrayList<>();
        for (NetNamespace namespace : namespaces(current)) {
            boolean own = namespace.inode() == current.inode();
            try {
                seen.add(new NamespaceScan(reader.read(namespace, own), namespace, own));
            } catch (IOException refused) {
                if (!query.namespaces()) {
                    throw refused;
                }
                String name = namespace.name().orElse(String.valueOf(namespace.inode()));
                unknown.add("network namespace " + name + ": " + refused.getMessage());
            }
        }
        return query.pid().isPresent() ? held(seen, query.pid().getAsInt()) : seen;
    }

    /// The inodes of the Multipath-TCP sockets in the namespace of `sighting`.
    Set<Long> multipath(NamespaceScan scan) {
        return reader.multipath(scan.namespace(), scan.own());
    }

    private List<NetNamespace> namespaces(NetNamespace current) throws IOException {
        if (query.namespaces()) {
            if (!Capabilities.has(Capability.SYS_ADMIN)) {
                unknown.add(
                        "sockets of other network namespaces: no permission to enter them, so only"
                                + " those in which your processes live are shown; run as root, or"
                                + " with CAP_SYS_ADMIN");
            }
            return NetNamespace.all();
        }
        return List.of(query.pid().isPresent() ? of(query.pid().getAsInt(), current) : current);
    }

    /// The namespace of the process, if that can be determined; otherwise the caller's.
    private static NetNamespace of(int pid, NetNamespace current) {
        try {
            return NetNamespace.of(pid);
        } catch (IOException refused) {
            return current;
        }
    }

    private List<NamespaceScan> held(List<NamespaceScan> seen, int pid) {
        SocketHolders held =
                new SocketHolders(
                        seen.stream()
                                .flatMap(scan -> scan.rows().stream())
                                .mapToLong(SocketRow::inode)
                                .toArray());
        if (!Holders.search(pid, held)) {
            unknown.add(unseen(pid));
        }
        seen.forEach(scan -> scan.rows().removeIf(row -> held.of(row.inode()).isEmpty()));
        return seen;
    }

    private static String unseen(int pid) {
        if (ProcessList.of(pid).isEmpty()) {
            return "pid " + pid + ": there is no such process, or it is hidden from you";
        }
        String remedy =
                Processes.geteuid() == 0 ? ", not even as root" : "; run as root, or as its user";
        return "sockets of pid " + pid + ": no permission to inspect it" + remedy;
    }
}
