package dev.berth.supervise.lifecycle;

/// How far a new worker has shown that it works, while its predecessor is kept for its sake.
///
/// @param evidence what was seen last
/// @param until when it is decided on what was seen, in milliseconds; [Worker#NEVER] where it can
///   stay as it is
/// @param detail what waits for the worker, for people; empty where nothing does
/// @param looks how many looks in a row have shown this
/// @param lookedAt when the last of them was
record Trial(Evidence evidence, long until, String detail, int looks, long lookedAt) {
    /// Of a worker that replaced nobody, or that has proven itself.
    static final Trial OVER = new Trial(Evidence.ACCEPTED, Worker.NEVER, "", 0, 0);

    /// Fewer looks than these may all have come at a bad moment: on a busy machine they are late.
    private static final int LEAST_LOOKS = 3;

    /// What was seen longer ago than this may have changed since.
    private static final long FRESH_MILLIS = 1_500;

    /// Of one that nobody has looked at.
    static Trial begun(long until) {
        return new Trial(Evidence.NONE, until, "", 0, 0);
    }

    /// After one more look.
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

    /// Whether what was seen is enough to decide against the worker.
    boolean certain(long now) {
        return looks >= LEAST_LOOKS && now - lookedAt <= FRESH_MILLIS;
    }
}
