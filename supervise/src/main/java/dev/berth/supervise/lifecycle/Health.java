package dev.berth.supervise.lifecycle;

/// How the lives in one slot have gone.
///
/// @param restarts respawns after a crash, ever
/// @param failures lives in a row that ended in a crash or never became ready
/// @param retryAt when the next try is due, in milliseconds; [Worker#NEVER] when none is waiting
/// @param proven whether any worker of the slot was ever ready
/// @param lastFailure what ended the last failed life, for people; empty if none failed
public record Health(int restarts, int failures, long retryAt, boolean proven, String lastFailure) {
    static final Health NEW = new Health(0, 0, Worker.NEVER, false, "");

    /// Whether it dies again and again: three lives in a row that came to nothing.
    public boolean crashLoop() {
        return failures >= 3;
    }

    /// Whether more than one life in a row came to nothing.
    boolean repeated() {
        return failures >= 2;
    }

    /// Whether another try is due later.
    public boolean waiting() {
        return retryAt != Worker.NEVER;
    }

    Health failed(int inARow, String why, long nextTry) {
        return new Health(restarts, inARow, nextTry, proven, why);
    }

    /// After a life that lasted: the next failure is the first one again.
    Health steady() {
        return new Health(restarts, 0, retryAt, proven, lastFailure);
    }

    Health restarted() {
        return new Health(restarts + 1, failures, retryAt, proven, lastFailure);
    }

    Health retryingAt(long when) {
        return new Health(restarts, failures, when, proven, lastFailure);
    }

    /// The next try, if one is due, is due at `latest`.
    Health retryingBefore(long latest) {
        return waiting() ? retryingAt(Math.min(retryAt, latest)) : this;
    }

    Health ready() {
        return new Health(restarts, failures, Worker.NEVER, true, lastFailure);
    }
}
