package dev.berth.supervise.lifecycle;

/// How the workers of one slot have fared.
///
/// @param restarts respawns after a crash, in total
/// @param failures workers in a row that crashed or never became ready
/// @param retryAt when the next start is due, in milliseconds; [Worker#NEVER] if none is scheduled
/// @param proven whether any worker of the slot was ever ready
/// @param lastFailure why the last failed worker failed, for users; empty if none has failed
public record Health(int restarts, int failures, long retryAt, boolean proven, String lastFailure) {
    static final Health NEW = new Health(0, 0, Worker.NEVER, false, "");

    /// Whether workers die again and again: three failures in a row.
    public boolean crashLoop() {
        return failures >= 3;
    }

    /// Whether at least two workers in a row failed.
    boolean repeated() {
        return failures >= 2;
    }

    /// Whether another start is scheduled.
    public boolean waiting() {
        return retryAt != Worker.NEVER;
    }

    Health failed(int inARow, String why, long nextTry) {
        return new Health(restarts, inARow, nextTry, proven, why);
    }

    /// After a worker that lasted: the next failure counts as the first.
    Health steady() {
        return new Health(restarts, 0, retryAt, proven, lastFailure);
    }

    Health restarted() {
        return new Health(restarts + 1, failures, retryAt, proven, lastFailure);
    }

    Health retryingAt(long when) {
        return new Health(restarts, failures, when, proven, lastFailure);
    }

    /// Moves a scheduled start to `latest` at the latest.
    Health retryingBefore(long latest) {
        return waiting() ? retryingAt(Math.min(retryAt, latest)) : this;
    }

    Health ready() {
        return new Health(restarts, failures, Worker.NEVER, true, lastFailure);
    }
}
