package dev.berth.inspect;

import dev.berth.net.BoundAddress;
import dev.berth.net.DiagQuery;
import dev.berth.net.NetNamespace;
import dev.berth.net.ProcNet;
import dev.berth.net.Protocol;
import dev.berth.net.SockDiag;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpState;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.SockAddr;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/// Reads the kernel's tables of one network namespace after another: by netlink, or if that is
/// refused from /proc/net, which has less information.
final class SocketReader {
    private final PortQuery query;
    private final List<String> unknown;
    private boolean whole = true;

    /// @param unknown receives what could not be read
    SocketReader(PortQuery query, List<String> unknown) {
        this.query = query;
        this.unknown = unknown;
    }

    /// Whether netlink has answered everything so far.
    boolean whole() {
        return whole;
    }

    /// The sockets of the namespace.
    ///
    /// @throws IOException if its tables cannot be read
    List<SocketRow> read(NetNamespace namespace, boolean own) throws IOException {
        List<SocketRow> rows = new ArrayList<>();
        for (Protocol protocol : Protocol.values()) {
            if (query.protocol().isEmpty() || query.protocol().get() == protocol) {
                rows.addAll(read(namespace, own, protocol));
            }
        }
        rows.removeIf(Predicate.not(this::concerned));
        return rows;
    }

    private List<SocketRow> read(NetNamespace namespace, boolean own, Protocol protocol)
            throws IOException {
        try (SockDiag diag = own ? SockDiag.open() : SockDiag.openIn(namespace)) {
            return diag.dump(asked(protocol));
        } catch (ErrnoException refused) {
            List<SocketRow> rows = listed(ProcNet.of(namespace), protocol, refused);
            whole = false;
            unknown.add(told(protocol, refused));
            return rows;
        }
    }

    /// The inodes of the Multipath-TCP sockets of the namespace; empty if that is not reported.
    Set<Long> multipath(NetNamespace namespace, boolean own) {
        try (SockDiag diag = own ? SockDiag.open() : SockDiag.openIn(namespace)) {
            return diag.multipath(asked(Protocol.TCP));
        } catch (ErrnoException untold) {
            return Set.of();
        }
    }

    private List<SocketRow> listed(ProcNet tables, Protocol protocol, ErrnoException refused)
            throws IOException {
        try {
            List<SocketRow> rows = tables.read(protocol);
            rows.removeIf(Predicate.not(this::wanted));
            return rows;
        } catch (IOException unreadable) {
            refused.addSuppressed(unreadable);
            throw refused;
        }
    }

    private boolean wanted(SocketRow row) {
        boolean there = query.port().isEmpty() || query.port().getAsInt() == row.local().port();
        return there && (!query.listeners() || row.state() == listening(row.protocol()));
    }

    private static String told(Protocol protocol, ErrnoException refused) {
        String missing =
                switch (protocol) {
                    case TCP ->
                            "; sockets that are only bound are missing, and each lacks its device,"
                                    + " cookie, backlog, drops and cgroup";
                    case UDP -> "; each lacks its device, cookie and cgroup";
                };
        return "%s sockets were read from /proc/net, because netlink was refused (%s)%s"
                .formatted(protocol.text(), refused.getMessage(), missing);
    }

    private DiagQuery asked(Protocol protocol) {
        DiagQuery all = DiagQuery.all(protocol).withMemory();
        DiagQuery some = query.listeners() ? all.withStates(listening(protocol)) : all;
        return query.port().isPresent() ? some.withLocalPort(query.port().getAsInt()) : some;
    }

    private static TcpState listening(Protocol protocol) {
        return protocol == Protocol.TCP ? TcpState.LISTEN : TcpState.CLOSE;
    }

    private boolean concerned(SocketRow row) {
        return query.address().isEmpty() || concerns(query.address().get(), row);
    }

    /// Whether packets to `address` can concern the socket; to a wildcard, any socket.
    static boolean concerns(SockAddr.Inet address, SocketRow row) {
        return address.unmapped().wildcard()
                || new BoundAddress(address, false, 0).overlaps(BoundAddress.of(row));
    }
}
