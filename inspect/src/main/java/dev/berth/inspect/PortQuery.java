package dev.berth.inspect;

import dev.berth.net.Protocol;
import dev.berth.sys.SockAddr;

import java.util.Optional;
import java.util.OptionalInt;

/// Which sockets to report, and how much effort to spend.
///
/// @param protocol only this protocol; empty: TCP and UDP
/// @param port only on this local port
/// @param address only sockets that this address concerns: bound to it, or to a wildcard that
///   includes it
/// @param pid only sockets that this process holds
/// @param listeners only sockets that wait for connections or datagrams
/// @param namespaces all network namespaces that can be found, not only the caller's
/// @param thorough search every process for further owners, and read the options of every
///   connection, however many there are
public record PortQuery(
        Optional<Protocol> protocol,
        OptionalInt port,
        Optional<SockAddr.Inet> address,
        OptionalInt pid,
        boolean listeners,
        boolean namespaces,
        boolean thorough) {
    public PortQuery {
        if (port.isPresent() && (port.getAsInt() < 0 || port.getAsInt() > 0xffff)) {
            throw new IllegalArgumentException("port out of 0-65535: port=" + port.getAsInt());
        }
    }

    /// Every socket in the network namespace of the caller.
    public static PortQuery everything() {
        return new PortQuery(
                Optional.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                false,
                false,
                false);
    }

    /// Every socket on a local port.
    ///
    /// @throws IllegalArgumentException if `port` is not in 0–65535
    public static PortQuery port(int port) {
        return everything().withPort(port);
    }

    /// The same query for one local port.
    public PortQuery withPort(int number) {
        return new PortQuery(
                protocol, OptionalInt.of(number), address, pid, listeners, namespaces, thorough);
    }

    /// The same query for one protocol.
    public PortQuery withProtocol(Protocol other) {
        return new PortQuery(
                Optional.of(other), port, address, pid, listeners, namespaces, thorough);
    }

    /// The same query for the port of `other`, and only what its address concerns.
    public PortQuery withAddress(SockAddr.Inet other) {
        return new PortQuery(
                protocol,
                OptionalInt.of(other.port()),
                Optional.of(other),
                pid,
                listeners,
                namespaces,
                thorough);
    }

    /// The same query for what one process holds, on any port.
    public PortQuery withPid(int number) {
        var any = OptionalInt.empty();
        return new PortQuery(
                protocol, any, address, OptionalInt.of(number), listeners, namespaces, thorough);
    }

    /// The same query for sockets that wait for connections or datagrams.
    public PortQuery withListenersOnly() {
        return new PortQuery(protocol, port, address, pid, true, namespaces, thorough);
    }

    /// The same query in all network namespaces.
    public PortQuery withNamespaces() {
        return new PortQuery(protocol, port, address, pid, listeners, true, thorough);
    }

    /// The same query, whatever it costs.
    public PortQuery withThorough() {
        return new PortQuery(protocol, port, address, pid, listeners, namespaces, true);
    }
}
