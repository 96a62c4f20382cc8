package dev.berth.supervise.lifecycle;

/// What is seen of a new worker that has taken the place of another: whether it accepts.
public enum Evidence {
    /// No connection was led to it, and none of its processes is seen to wait for one.
    NONE,
    /// No connection waits, and one of its processes waits for the next.
    AWAITING,
    /// Connections wait for it, and it has accepted none so far.
    UNANSWERED,
    /// It accepted connections, and has neither answered nor closed one so far.
    TAKEN,
    /// It accepted a connection, answered or closed it, and lived on.
    ACCEPTED
}
