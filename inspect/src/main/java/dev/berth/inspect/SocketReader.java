package dev.berth.inspect;

import dev.berth.net.DiagQuery;
import dev.berth.net.NetNamespace;
import dev.berth.net.Protocol;
import dev.berth.net.SockDiag;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpState;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.SockAddr;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// Reads the kernel's tables of one network namespace after the other.
final class SocketReader {
    private final PortQuery query;
    private final List<String> unknown;

    /// - `unknown`: to which is added what could not be read
    SocketReader(PortQuery query, List<String> unknown) {
        this.query = query;
        this.unknown = unknown;
    }

    /// The sockets of the namespace.
    ///
    /// @throws IOException if its tables cannot be read
    List<SocketRow> read(NetNamespace namespace, boolean own) throws IOException {
        List<SocketRow> rows = new ArrayList<>();
        try (SockDiag diag = own ? SockDiag.open() : SockDiag.openIn(namespace)) {
            for (Protocol protocol : Protocol.values()) {
                if (query.protocol().isEmpty() || query.protocol().get() == protocol) {
                    rows.addAll(read(diag, protocol));
                }
            }
        }
        rows.removeIf(Predicate.not(this::concerned));
        return rows;
    }

    private List<SocketRow> read(SockDiag diag, Protocol protocol) throws IOException {
        DiagQuery all = DiagQuery.all(protocol).withMemory();
        DiagQuery some = query.listeners() ? all.withStates(listening(protocol)) : all;
        DiagQuery asked =
                query.port().isPresent() ? some.withLocalPort(query.port().getAsInt()) : some;
        try {
            return diag.dump(asked);
        } catch (ErrnoException refused) {
            if (protocol == Protocol.TCP) {
                throw refused;
            }
            unknown.add("UDP sockets: " + refused.getMessage());
            return List.of();
        }
    }

    private static TcpState listening(Protocol protocol) {
        return protocol == Protocol.TCP ? TcpState.LISTEN : TcpState.CLOSE;
    }

    private boolean concerned(SocketRow row) {
        return query.address().isEmpty() || concerns(query.address().get(), row);
    }

    /// Whether packets to `address` can concern the socket, or it is bound there.
    static boolean concerns(SockAddr.Inet address, SocketRow row) {
        SockAddr.Inet wanted = unmapped(address);
        SockAddr.Inet there = unmapped(row.local());
        if (wanted.wildcard() || there.host().equals(wanted.host())) {
            return true;
        }
        boolean dual = there instanceof SockAddr.Inet6 && !row.v6only().orElse(false);
        return there.wildcard() && (there.family() == wanted.family() || dual);
    }

    private static SockAddr.Inet unmapped(SockAddr.Inet address) {
        return address instanceof SockAddr.Inet6 six && six.mapped().isPresent()
                ? six.mapped().get()
                : address;
    }
}
