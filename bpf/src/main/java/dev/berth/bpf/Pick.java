package dev.berth.bpf;

/// How a program picks one of the places of its table, for each new connection or datagram.
public enum Pick {
    /// By the 4-tuple: the same client address and port always come to the same place.
    HASH,
    /// Any place, whatever came before.
    RANDOM,
    /// The next place, one after the other, beginning with the first. A classic program has no
    /// memory to do it with.
    ///
    /// Since: Linux 5.12.
    ROUND_ROBIN,
    /// By the CPU that took the packet. The places are rows of [SocketTable#cpus]: in each, the
    /// place of a CPU is its number; the row is a random one.
    CPU,
    /// By the client's address: all that one address sends comes to the same place.
    SOURCE
}
