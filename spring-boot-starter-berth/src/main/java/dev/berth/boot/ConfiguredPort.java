package dev.berth.boot;

import java.util.Objects;

/// A port that the application tried, or may have tried, to bind.
///
/// @param host the address, as configured; empty for all
/// @param port 1–65535
/// @param property the property that sets the port; empty if unknown
record ConfiguredPort(String host, int port, String property) {
    ConfiguredPort {
        Objects.requireNonNull(host, "host");
        Objects.requireNonNull(property, "property");
    }

    /// Whether `port` is a valid port number that can be bound.
    static boolean valid(int port) {
        return port > 0 && port <= 0xffff;
    }
}
