package dev.berth.supervise.lifecycle;

/// How the workers of one slot have fared.
///
/// @param restarts respawns after a crash, in total
/// @param failures workers in a row that crashed or never became ready
/// @param retryAt when the next start is due, in milliseconds; [Moment#NEVER] if none is scheduled
/// @param wasEverReady whether any worker of the slot was ever ready
/// @param lastFailure why the last failed worker failed, for users; empty if none has failed
public record RestartHistory(
        int restarts, int failures, long retryAt, boolean wasEverReady, String lastFailure) {
    static final RestartHistory NEW = new RestartHistory(0, 0, Moment.NEVER, false, "");

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
        return retryAt != Moment.NEVER;
    }

    RestartHistory failed(int inARow, String why, long nextTry) {
        return new RestartHistory(restarts, inARow, nextTry, wasEverReady, why);
    }

    /// After a worker that lasted: the next failure counts as the first.
    RestartHistory steady() {
        return new RestartHistory(restarts, 0, retryAt, wasEverReady, lastFailure);
    }

    RestartHistory restarted() {
        return new RestartHistory(restarts + 1, failures, retryAt, wasEverReady, lastFailure);
    }

    RestartHistory retryingAt(long when) {
        return new RestartHistory(restarts, failures, when, wasEverReady, lastFailure);
    }

    /// Moves a scheduled start to `latest` at the latest.
    RestartHistory retryingBefore(long latest) {
        return waiting() ? retryingAt(Math.min(retryAt, latest)) : this;
    }

    RestartHistory ready() {
        return new RestartHistory(restarts, failures, Moment.NEVER, true, lastFailure);
    }
}
