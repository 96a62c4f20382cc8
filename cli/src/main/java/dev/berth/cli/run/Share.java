package dev.berth.cli.run;

import java.util.Locale;

/// How workers share a port.
enum Share {
    /// Each has a listener of its own in one SO_REUSEPORT group; the kernel distributes.
    GROUP,
    /// Berth listens, accepts, and passes the connections on.
    DISPATCH;

    static Share parse(String word) {
        for (Share share : values()) {
            if (share.name().toLowerCase(Locale.ROOT).equals(word)) {
                return share;
            }
        }
        throw new IllegalArgumentException("it is group or dispatch, not " + word);
    }
}
