package dev.berth.dispatch;

/// Receives a [WorkerEndpoint]'s fate, on the dispatcher's thread: it must not block, and not close
/// the dispatcher.
public interface WorkerEndpointCallback {
    /// The worker said for the first time that it accepts connections.
    void ready();

    /// The worker's end is closed, or it broke the protocol; not called after [Dispatcher#remove].
    ///
    /// @param why a text for the operator
    void gone(String why);
}
