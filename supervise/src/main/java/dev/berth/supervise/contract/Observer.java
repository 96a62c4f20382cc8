package dev.berth.supervise.contract;

/// Who is told what happens. [#said] is called by the owner thread and must neither wait nor throw;
/// [#printed] by another, which may wait: then only the workers' output stands still.
public interface Observer {
    /// Something that people should know, in one sentence (worker output may follow on further
    /// lines).
    void said(String text);

    /// A line of a worker's output, without its line end.
    void printed(WorkerId worker, boolean error, String line);
}
