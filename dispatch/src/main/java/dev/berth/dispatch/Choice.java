package dev.berth.dispatch;

import java.util.Locale;

/// How a worker is chosen among those of a service.
public enum Choice {
    /// Each gets as many as the others.
    ROUND_ROBIN,
    /// The one with the fewest open connections; of several, as round-robin has it.
    LEAST_CONNECTIONS,
    /// The same one for the same client address; a worker more or less moves its share only.
    SOURCE;

    /// `round-robin`, `least-connections`, `source`.
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
