package dev.berth.supervise.lifecycle;

/// How far a new worker has shown that it works, while its predecessor is kept for its sake.
///
/// @param evidence what was observed last
/// @param until when to decide on the observation, in milliseconds; [Worker#NEVER] if no decision
///   is needed
/// @param detail what waits for the worker, for users; empty if nothing does
/// @param looks how many checks in a row have shown this
/// @param lookedAt when the last of them was, in milliseconds
record Trial(Evidence evidence, long until, String detail, int looks, long lookedAt) {
    /// The trial of a worker that replaced no other, or that has proven itself.
    static final Trial OVER = new Trial(Evidence.ACCEPTED, Worker.NEVER, "", 0, 0);

    /// Fewer checks than these may all have come at a bad moment: on a busy machine they are late.
    private static final int LEAST_LOOKS = 3;

    /// An older observation may have changed since.
    private static final long FRESH_MILLIS = 1_500;

    /// The trial of a worker that has not been checked yet.
    static Trial begun(long until) {
        return new Trial(Evidence.NONE, until, "", 0, 0);
    }

    /// The trial after one more check.
    Trial seen(Evidence now, long decided, String waiting, long at) {
        int before = evidence == now ? looks : 0;
        return new Trial(now, decided, waiting, before + 1, at);
    }

    Trial decidedAt(long next) {
        return new Trial(evidence, next, detail, looks, lookedAt);
    }

    /// Whether the predecessor is still needed.
    boolean open() {
        return evidence != Evidence.ACCEPTED;
    }

    /// Whether the observations are enough to decide against the worker.
    boolean certain(long now) {
        return looks >= LEAST_LOOKS && now - lookedAt <= FRESH_MILLIS;
    }
}
