package dev.berth.dispatch;

/// What a dispatcher has done since it began; `undecided` and `waiting` as of now.
///
/// @param accepted connections accepted
/// @param passed handed to a worker; one that is handed to another later counts again
/// @param undecided connections whose first bytes do not tell yet where they go
/// @param waiting connections that wait for a worker with room
/// @param timedOut those that did not tell in time, nor within the bytes looked at, nor before
///   their client's end, and those decided early since too many were undecided; whatever became of
///   them
/// @param refused closed, since they are nobody's, or their service has no room or refuses
/// @param requeued taken back from a worker that was gone before it took them
/// @param exhausted times that no descriptor or memory was left to accept one
public record Counts(
        long accepted,
        long passed,
        long undecided,
        long waiting,
        long timedOut,
        long refused,
        long requeued,
        long exhausted) {}
