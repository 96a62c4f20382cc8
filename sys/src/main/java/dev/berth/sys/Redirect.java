package dev.berth.sys;

/// A descriptor that a child gets: the parent's `source` becomes the child's `target`.
///
/// The parent keeps `source`.
public record Redirect(int source, int target) {
    /// Above this, a child's descriptors would collide with those used to start it.
    static final int MAX_TARGET = 1023;

    public Redirect {
        if (source < 0) {
            throw new IllegalArgumentException("source is not a descriptor: " + source);
        }
        if (target < 0 || target > MAX_TARGET) {
            throw new IllegalArgumentException("target must be 0 to " + MAX_TARGET + ": " + target);
        }
    }
}
