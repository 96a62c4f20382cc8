package dev.berth.boot;

import java.util.Objects;

/// A port that the application meant, or may have meant, to bind.
///
/// @param host the address, as configured; empty: all
/// @param port 1–65535
/// @param property that sets the port; empty if none is known
record Place(String host, int port, String property) {
    Place {
        Objects.requireNonNull(host, "host");
        Objects.requireNonNull(property, "property");
    }

    /// Whether `port` is a port number that somebody could have meant.
    static boolean valid(int port) {
        return port > 0 && port <= 0xffff;
    }
}
