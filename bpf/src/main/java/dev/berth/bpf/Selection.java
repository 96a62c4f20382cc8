package dev.berth.bpf;

/// How a program picks a place in its table for each new connection or datagram.
public enum Selection {
    /// By the 4-tuple: the same client address and port always get the same place.
    HASH,
    /// Any place, independent of earlier picks.
    RANDOM,
    /// The next place in turn, starting with the first. A classic program has no memory for this.
    ///
    /// **Since:** Linux 5.12.
    ROUND_ROBIN,
    /// By the CPU that received the packet. The places are rows of [SocketTable#cpus]: in each row,
    /// the place of a CPU is its number; the row is random.
    CPU,
    /// By the client's address: everything that one address sends gets the same place.
    SOURCE
}
