package dev.berth.supervise.lifecycle;

/// The phase of a worker. A worker only moves downwards in this list, except that a ready worker
/// that loses its listener starts again.
public enum Phase {
    /// Started; does not yet listen on everything that it has to.
    STARTING,
    /// Listens; is watched before it is trusted.
    SETTLING,
    /// Listens, lived through the settling time, gets connections (unless its slot is drained).
    READY,
    /// Gets no new connections; finishes the open ones.
    DRAINING,
    /// Was sent the stop signal.
    STOPPING,
    /// Was sent SIGKILL, with all processes that it started.
    KILLED;

    /// Whether it may still come into service.
    public boolean candidate() {
        return this == STARTING || this == SETTLING;
    }

    /// Whether it is leaving service.
    public boolean leaving() {
        return compareTo(READY) > 0;
    }
}
