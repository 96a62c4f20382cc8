package dev.berth.cli.run;

import java.util.Locale;

/// How workers share a port.
enum ShareMode {
    /// Each worker has its own listener in one SO_REUSEPORT group; the kernel distributes the
    /// connections.
    GROUP,
    /// Berth listens, accepts, and passes the connections to the workers.
    DISPATCH;

    static ShareMode parse(String word) {
        for (ShareMode share : values()) {
            if (share.name().toLowerCase(Locale.ROOT).equals(word)) {
                return share;
            }
        }
        throw new IllegalArgumentException("must be group or dispatch, not " + word);
    }
}
