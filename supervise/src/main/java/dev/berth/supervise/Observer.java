package dev.berth.supervise;

/// Who is told what happens. Calls come from threads of the supervisor; none may wait for the
/// supervisor.
public interface Observer {
    /// Something that people should know, in one sentence (worker output may follow on further
    /// lines).
    void said(String text);

    /// A line of a worker's output, without its line end.
    void printed(WorkerId worker, boolean error, String line);
}
