package dev.berth.supervise.contract;

import java.util.Locale;

/// How a worker's socket becomes a member of the group.
public enum SocketMode {
    /// The supervisor answers the worker's own bind(2) and listen(2). For any program.
    SECCOMP,
    /// The supervisor hands its socket over as descriptor 3, announced by the environment variables
    /// of socket activation. For programs that support them.
    LISTEN_FDS,
    /// The worker binds by itself with SO_REUSEPORT. The weakest mode: the supervisor can only look
    /// for the socket.
    BIND,
    /// Not at all: a dispatcher accepts connections and passes them on (`--share dispatch`).
    DISPATCH;

    /// `seccomp`, `listen-fds`, `bind` or `dispatch`.
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// Parses a mode.
    ///
    /// @throws IllegalArgumentException no mode has that `word`; the message lists the valid ones
    public static SocketMode parse(String word) {
        for (SocketMode mode : values()) {
            if (mode != DISPATCH && mode.word().equals(word)) {
                return mode;
            }
        }
        throw new IllegalArgumentException(
                "unknown adopt mode: " + word + " (available: seccomp, listen-fds, bind)");
    }
}
