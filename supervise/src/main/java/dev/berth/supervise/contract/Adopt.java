package dev.berth.supervise.contract;

import java.util.Locale;

/// How a worker's socket becomes a member of the group.
public enum Adopt {
    /// The supervisor answers the worker's own bind(2) and listen(2). For any program.
    SECCOMP,
    /// The supervisor's socket is handed over as descriptor 3, by the environment variables of
    /// socket activation. For programs that know them.
    LISTEN_FDS,
    /// The worker binds by itself with SO_REUSEPORT. The weakest: the supervisor only finds the
    /// socket.
    BIND,
    /// Not at all: a dispatcher accepts, and passes the connections on (`--share dispatch`).
    DISPATCH;

    /// `seccomp`, `listen-fds`, `bind` or `dispatch`.
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// The mode of that `word`; an IllegalArgumentException lists the words there are.
    public static Adopt parse(String word) {
        for (Adopt mode : values()) {
            if (mode != DISPATCH && mode.word().equals(word)) {
                return mode;
            }
        }
        throw new IllegalArgumentException(
                "no such way to adopt a socket: "
                        + word
                        + " (there are seccomp, listen-fds, bind)");
    }
}
