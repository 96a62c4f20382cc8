package dev.berth.dispatch;

/// How a service chooses a worker for a connection.
public enum BalancingPolicy {
    /// Every worker gets the same number of connections.
    ROUND_ROBIN,
    /// The worker with the fewest open connections; ties are broken by round-robin.
    LEAST_CONNECTIONS,
    /// The same worker for the same client address; adding or removing a worker moves only that
    /// worker's share.
    SOURCE
}
