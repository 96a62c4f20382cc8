package dev.berth.supervise.lifecycle;

/// What is observed of a new worker that has replaced another: whether it accepts.
public enum VerificationResult {
    /// No connection was steered to it, and none of its processes is seen to wait for one.
    NONE,
    /// No connection waits, and one of its processes waits for the next.
    AWAITING,
    /// Connections wait for it, and it has accepted none so far.
    UNANSWERED,
    /// It accepted connections, but has neither answered nor closed one so far.
    TAKEN,
    /// It accepted a connection, answered or closed it, and lived on.
    ACCEPTED
}
