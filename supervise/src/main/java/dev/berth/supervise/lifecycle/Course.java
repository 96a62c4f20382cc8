package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.WorkerFailure;

/// Whether an operation moves forward or undoes what it has done.
public sealed interface Course {
    Course FORWARD = new Forward();

    record Forward() implements Course {}

    /// @param failure the cause
    record Undoing(WorkerFailure failure) implements Course {}
}
