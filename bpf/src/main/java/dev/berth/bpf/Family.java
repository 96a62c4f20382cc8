package dev.berth.bpf;

/// The address family of a group's sockets.
public enum Family {
    /// Packets are IPv4.
    INET,
    /// Packets are IPv6, and also IPv4 if the sockets are dual-stack.
    INET6
}
