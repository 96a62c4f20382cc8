package dev.berth.inspect;

import java.util.Objects;

/// What became of the wish to change a socket's SO_REUSEPORT.
///
/// @param socket as it was before
/// @param result what happened
/// @param reason why, if it was not done; else empty
public record ShareChange(PortSocket socket, Result result, String reason) {
    /// How it went.
    public enum Result {
        /// Changed, and read back.
        DONE,
        /// Nobody has the socket under the known number any more.
        GONE,
        /// The kernel did not let us.
        FAILED
    }

    public ShareChange {
        Objects.requireNonNull(socket, "socket");
        Objects.requireNonNull(result, "result");
        Objects.requireNonNull(reason, "reason");
    }
}
