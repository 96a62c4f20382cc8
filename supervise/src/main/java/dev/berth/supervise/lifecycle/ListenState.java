package dev.berth.supervise.lifecycle;

/// What a check shows of a worker that listened on everything that it has to.
public enum ListenState {
    /// It no longer listens.
    LOST,
    /// It listens; no thread of it waits for a connection at this moment.
    LISTENS,
    /// The same, and more than one of its processes has the listener: the process that opened it
    /// may never accept, and those that will may still be loading.
    SHARED,
    /// A thread of it waits for a connection, or it cannot be seen whether one does.
    AWAITS
}
