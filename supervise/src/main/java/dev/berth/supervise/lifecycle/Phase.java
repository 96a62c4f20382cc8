package dev.berth.supervise.lifecycle;

/// Where a worker is in its life. It only ever moves downwards in this list, but for a ready one
/// that loses its listener, which is starting again.
public enum Phase {
    /// Started; does not listen on everything that it has to yet.
    STARTING,
    /// Listens; is being watched before it is trusted.
    SETTLING,
    /// Listens, lived through the settling time, gets connections (unless its slot is held).
    READY,
    /// Gets no new connections; finishes those that it has.
    DRAINING,
    /// Was sent the stop signal.
    STOPPING,
    /// Was sent SIGKILL, with all that it started.
    KILLED;

    /// Whether it may still come into service.
    public boolean candidate() {
        return this == STARTING || this == SETTLING;
    }

    /// Whether it is on its way out.
    public boolean leaving() {
        return compareTo(READY) > 0;
    }
}
