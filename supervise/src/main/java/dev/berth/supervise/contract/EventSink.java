package dev.berth.supervise.contract;

/// Receives what the supervisor reports. [#onEvent] is called by the owner thread and must neither
/// wait nor throw. [#onOutput] is called by another thread and may wait: that only blocks the
/// workers' output.
public interface EventSink {
    /// A message for users, in one sentence (worker output may follow on further lines).
    void onEvent(String text);

    /// A line of a worker's output, without its line ending.
    void onOutput(WorkerId worker, boolean error, String line);
}
