package dev.berth.net;

import dev.berth.sys.SockAddr;

/// Asks which socket a packet from `client` to `server` would reach.
///
/// @param protocol TCP or UDP
/// @param server where the packet goes; a wildcard address is refused
/// @param client where it comes from, of the same family
/// @param device index of the interface on which it arrives; a socket bound to a device is found
///   only with that device's index; 0 for none
public record DiagLookup(
        Protocol protocol, SockAddr.Inet server, SockAddr.Inet client, int device) {
    public DiagLookup {
        if (server.family() != client.family()) {
            throw new IllegalArgumentException(
                    "client and server must both be IPv4 or IPv6: " + client + ", " + server);
        }
        if (server.wildcard() || client.wildcard() || server.port() == 0 || client.port() == 0) {
            throw new IllegalArgumentException(
                    "a packet cannot have a wildcard address or port 0: " + client + ", " + server);
        }
    }
}
