package dev.berth.supervise.contract;

/// Receives what the supervisor reports. [#onEvent] is called by the owner thread and must neither
/// wait nor throw. [#onOutput] is called by another thread and may wait: that only blocks the
/// workers' output.
public interface EventSink {
    /// Something that the supervisor has decided or learned about its workers. If [UserMessages]
    /// has a message about it for users, that follows by [#onEvent].
    ///
    /// Called by the owner thread; must neither wait nor throw. The output of workers in it is as
    /// they wrote it: escape it before you print it.
    default void onDomainEvent(DomainEvent event) {}

    /// A message for users, in one sentence (worker output may follow on further lines).
    void onEvent(String text);

    /// A line of a worker's output, without its line ending.
    void onOutput(WorkerId worker, boolean error, String line);
}
