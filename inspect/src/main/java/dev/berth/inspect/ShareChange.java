package dev.berth.inspect;

/// The result of an attempt to change a socket's SO_REUSEPORT.
///
/// @param socket as it was before
/// @param result what happened
/// @param reason why it was not done, if it was not; else empty
public record ShareChange(PortSocket socket, Result result, String reason) {
    /// The outcome.
    public enum Result {
        /// Changed, and verified by reading it back.
        DONE,
        /// No process has the socket under the known number any more.
        GONE,
        /// The kernel refused the change.
        FAILED
    }
}
