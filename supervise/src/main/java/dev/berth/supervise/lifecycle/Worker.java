package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.WorkerId;

import java.util.Optional;

/// A worker as the transition function knows it. All times are milliseconds of the supervisor's
/// monotonic clock.
///
/// @param pid 0 until the worker was started
/// @param times when its phase began, and when its time is over
/// @param announced whether the worker, or a probe of it, has reported that it is ready
/// @param percent how much of its share of the connections it gets
/// @param reason for users: why a worker that has begun to listen does not count as listening yet,
///   or why a worker was told to stop whose end says more
public record Worker(
        WorkerId id,
        Phase phase,
        Command command,
        int pid,
        Times times,
        boolean announced,
        int percent,
        Verification verification,
        Optional<String> reason) {
    /// The whole share, in percent.
    static final int FULL_PERCENT = 100;

    /// The times of a worker.
    ///
    /// @param since when the phase began
    /// @param deadline when the phase has lasted too long (or, while settling, long enough)
    /// @param startBy when the start as a whole has lasted too long
    record Times(long since, long deadline, long startBy) {
        Times withDeadline(long next) {
            return new Times(since, next, startBy);
        }
    }

    /// A worker with its whole share, and nothing to verify.
    Worker(WorkerId id, Phase phase, Command command, int pid, Times times, boolean announced) {
        this(
                id,
                phase,
                command,
                pid,
                times,
                announced,
                FULL_PERCENT,
                Verification.DONE,
                Optional.empty());
    }

    static Worker starting(WorkerId id, Command command, long now, Settings settings) {
        long startBy = now + settings.timeouts().start().toMillis();
        Times times = new Times(now, startBy, startBy);
        return new Worker(id, Phase.STARTING, command, 0, times, false);
    }

    /// When the phase began.
    long since() {
        return times.since();
    }

    /// When the phase has lasted too long (or, while settling, long enough).
    long deadline() {
        return times.deadline();
    }

    /// When the start as a whole has lasted too long.
    long startBy() {
        return times.startBy();
    }

    /// Whether it has finished its connections and is only kept for its successor's sake.
    boolean drainDone() {
        return phase == Phase.DRAINING && deadline() == Moment.NEVER;
    }

    Worker withPid(int started) {
        return new Worker(
                id, phase, command, started, times, announced, percent, verification, reason);
    }

    Worker withAnnounced() {
        return new Worker(id, phase, command, pid, times, true, percent, verification, reason);
    }

    Worker withDeadline(long next) {
        return withPercent(percent, next);
    }

    Worker withVerification(Verification next) {
        return new Worker(id, phase, command, pid, times, announced, percent, next, reason);
    }

    /// It listens, but not on everything that it has to; so it stays until `until`.
    Worker withMissing(String what, long until) {
        return withReason(Optional.of(what)).withDeadline(until);
    }

    /// It was told to stop for this reason, which is reported together with how it ends.
    Worker withStopReason(String why) {
        return withReason(Optional.of(why));
    }

    Worker withReason(Optional<String> why) {
        return new Worker(id, phase, command, pid, times, announced, percent, verification, why);
    }

    /// Why it was told to stop, if its end decides what is reported about it.
    Optional<String> stopReason() {
        return reason.filter(_ -> phase.leaving());
    }

    /// With this part of its share until `until`.
    Worker withPercent(int share, long until) {
        Times changed = times.withDeadline(until);
        return new Worker(id, phase, command, pid, changed, announced, share, verification, reason);
    }

    Worker restarting(long now, Settings settings) {
        long by = now + settings.timeouts().start().toMillis();
        return new Worker(id, Phase.STARTING, command, pid, new Times(now, by, by), announced);
    }

    Worker inPhase(Phase next, long now, long until) {
        Times changed = new Times(now, until, times.startBy());
        return new Worker(id, next, command, pid, changed, announced);
    }
}
