package dev.berth.dispatch;

/// Is told what becomes of a [Member], on the dispatcher's thread: it must not block, and not close
/// the dispatcher.
public interface Watcher {
    /// The worker said for the first time that it takes connections.
    void ready();

    /// The worker's end is closed, or it broke the protocol; not told after [Dispatcher#leave].
    ///
    /// @param why for people
    void gone(String why);
}
