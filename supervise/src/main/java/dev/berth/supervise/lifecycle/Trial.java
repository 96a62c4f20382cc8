package dev.berth.supervise.lifecycle;

/// How far a new worker has shown that it works, while its predecessor is kept for its sake.
///
/// @param evidence what was seen last
/// @param until when it is decided on what was seen, in milliseconds; [Worker#NEVER] where it can
///   stay as it is
/// @param detail what waits for the worker, for people; empty where nothing does
record Trial(Evidence evidence, long until, String detail) {
    /// Of a worker that replaced nobody, or that has proven itself.
    static final Trial OVER = new Trial(Evidence.ACCEPTED, Worker.NEVER, "");

    /// Whether the predecessor is still needed.
    boolean open() {
        return evidence != Evidence.ACCEPTED;
    }
}
