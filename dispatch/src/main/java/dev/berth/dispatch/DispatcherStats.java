package dev.berth.dispatch;

/// What a dispatcher has done since it started; `undecided` and `waiting` are current values.
///
/// @param accepted connections accepted
/// @param passed connections handed to a worker; handing one to another worker later counts again
/// @param pending connections whose first bytes do not yet show where they go
/// @param waiting connections waiting for a worker with room
/// @param timedOut connections that did not show where they go before the deadline, within the
///   inspected bytes, or before the client stopped sending, and those decided early because too
///   many were undecided; whatever became of them
/// @param refused connections closed because no service takes them, or because their service is
///   full or refuses
/// @param requeued connections taken back from a worker that left or stalled before it received
///   them
/// @param exhausted how often no descriptor or memory was left to accept a connection
public record DispatcherStats(
        long accepted,
        long passed,
        long pending,
        long waiting,
        long timedOut,
        long refused,
        long requeued,
        long exhausted) {}
