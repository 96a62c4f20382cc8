package dev.berth.supervise.lifecycle;

/// Whether an operation moves forward or undoes what it has done.
public sealed interface Course {
    Course FORWARD = new Forward();

    record Forward() implements Course {}

    /// @param why the failure that caused it, for users
    record Undoing(String why) implements Course {}
}
