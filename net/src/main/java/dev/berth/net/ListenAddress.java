package dev.berth.net;

import dev.berth.sys.SockAddr;

/// A place to listen on: protocol, address and port.
///
/// **Shape:** `tcp://0.0.0.0:8080`, `udp://[::1]:53`; without a scheme it is TCP. `*`, no address
/// and a port alone mean all IPv4 addresses; `[::]` means all of both families (unless the socket
/// is IPv6-only).
///
/// @param protocol TCP or UDP
/// @param address where; port 0 lets the kernel choose
public record ListenAddress(Protocol protocol, SockAddr.Inet address) {
    private static final String SEPARATOR = "://";

    /// Reads an address as [Addresses#parse(String)] does, after an optional scheme.
    ///
    /// @throws IllegalArgumentException with a message that says what is wrong and shows a correct
    ///   example
    public static ListenAddress parse(String text) {
        String whole = text.strip();
        int separator = whole.indexOf(SEPARATOR);
        if (separator < 0) {
            return new ListenAddress(Protocol.TCP, Addresses.parse(whole));
        }
        Protocol protocol = protocol(whole.substring(0, separator), text);
        String rest = whole.substring(separator + SEPARATOR.length());
        return new ListenAddress(protocol, Addresses.parse(rest));
    }

    /// The same address with another port.
    public ListenAddress withPort(int port) {
        return new ListenAddress(protocol, address.withPort(port));
    }

    /// The canonical text; parsing it gives an equal address.
    @Override
    public String toString() {
        return protocol.text() + SEPARATOR + address;
    }

    private static Protocol protocol(String scheme, String text) {
        for (Protocol protocol : Protocol.values()) {
            if (protocol.text().equalsIgnoreCase(scheme)) {
                return protocol;
            }
        }
        throw Addresses.wrong(
                text,
                "the protocol must be tcp or udp, not \"" + scheme + "\"",
                "tcp://0.0.0.0:8080 or udp://127.0.0.1:53");
    }
}
