package dev.berth.supervise.lifecycle;

/// How far a new worker has shown that it works, while its predecessor is kept for its sake.
///
/// @param result what was observed last
/// @param until when to decide on the observation, in milliseconds; [Moment#NEVER] if no decision
///   is needed
/// @param detail what waits for the worker, for users; empty if nothing does
/// @param samples how many checks in a row have shown this
/// @param sampledAt when the last of them was, in milliseconds
record Verification(
        VerificationResult result, long until, String detail, int samples, long sampledAt) {
    /// The verification of a worker that replaced no other, or that has proven itself.
    static final Verification DONE =
            new Verification(VerificationResult.ACCEPTED, Moment.NEVER, "", 0, 0);

    /// Fewer checks than these may all have come at a bad moment: on a busy machine they are late.
    private static final int MIN_SAMPLES = 3;

    /// An older observation may have changed since.
    private static final long FRESH_MILLIS = 1_500;

    /// The verification of a worker that has not been checked yet.
    static Verification begun(long until) {
        return new Verification(VerificationResult.NONE, until, "", 0, 0);
    }

    /// The verification after one more check.
    Verification seen(VerificationResult now, long decided, String waiting, long at) {
        int before = result == now ? samples : 0;
        return new Verification(now, decided, waiting, before + 1, at);
    }

    Verification decidedAt(long next) {
        return new Verification(result, next, detail, samples, sampledAt);
    }

    /// Whether the predecessor is still needed.
    boolean pending() {
        return result != VerificationResult.ACCEPTED;
    }

    /// Whether the observations are enough to decide against the worker.
    boolean conclusive(long now) {
        return samples >= MIN_SAMPLES && now - sampledAt <= FRESH_MILLIS;
    }
}
