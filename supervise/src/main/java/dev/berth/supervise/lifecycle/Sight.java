package dev.berth.supervise.lifecycle;

/// What a look at a worker shows that listens on all that it has to.
public enum Sight {
    /// It does not listen any more.
    LOST,
    /// It listens; no thread of it waits for a connection at this moment.
    LISTENS,
    /// The same, and more than one of its processes has the listener: the one that opened it may
    /// never accept, and those that will may still be loading.
    SHARED,
    /// A thread of it waits for a connection, or it cannot be seen whether one does.
    AWAITS
}
