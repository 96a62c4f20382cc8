package dev.berth.supervise.contract;

/// Receives what the supervisor reports. [#said] is called by the owner thread and must neither
/// wait nor throw. [#printed] is called by another thread and may wait: that only blocks the
/// workers' output.
public interface Observer {
    /// A message for users, in one sentence (worker output may follow on further lines).
    void said(String text);

    /// A line of a worker's output, without its line ending.
    void printed(WorkerId worker, boolean error, String line);
}
