package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.WorkerId;

/// A worker as the transition function knows it. All times are milliseconds of the supervisor's
/// monotonic clock.
///
/// @param pid 0 until the worker was started
/// @param since when the phase began
/// @param deadline when the phase has lasted too long (or, while settling, long enough)
/// @param startBy when the start as a whole has lasted too long
/// @param announced whether the worker, or a probe of it, has reported that it is ready
/// @param percent how much of its share of the connections it gets
/// @param lacks for users: why a worker that has begun to listen does not count as listening yet,
///   or why a worker was told to stop whose end says more
public record Worker(
        WorkerId id,
        Phase phase,
        Command command,
        int pid,
        long since,
        long deadline,
        long startBy,
        boolean announced,
        int percent,
        Trial trial,
        String lacks) {
    /// The deadline that never comes.
    public static final long NEVER = Long.MAX_VALUE;

    /// The whole share, in percent.
    static final int WARM = 100;

    Worker(
            WorkerId id,
            Phase phase,
            Command command,
            int pid,
            long since,
            long deadline,
            long startBy,
            boolean announced) {
        this(id, phase, command, pid, since, deadline, startBy, announced, WARM, Trial.OVER, "");
    }

    static Worker starting(WorkerId id, Command command, long now, Settings settings) {
        long startBy = now + settings.startTimeout().toMillis();
        return new Worker(id, Phase.STARTING, command, 0, now, startBy, startBy, false);
    }

    /// Whether it has finished its connections and is only kept for its successor's sake.
    boolean quiet() {
        return phase == Phase.DRAINING && deadline == NEVER;
    }

    Worker withPid(int started) {
        return new Worker(
                id, phase, command, started, since, deadline, startBy, announced, percent, trial,
                lacks);
    }

    Worker withAnnounced() {
        return new Worker(
                id, phase, command, pid, since, deadline, startBy, true, percent, trial, lacks);
    }

    Worker withDeadline(long next) {
        return new Worker(
                id, phase, command, pid, since, next, startBy, announced, percent, trial, lacks);
    }

    Worker withTrial(Trial next) {
        return new Worker(
                id, phase, command, pid, since, deadline, startBy, announced, percent, next, lacks);
    }

    /// It listens, but not on everything that it has to; so it stays until `until`.
    Worker lacking(String what, long until) {
        return new Worker(
                id, phase, command, pid, since, until, startBy, announced, percent, trial, what);
    }

    /// It was told to stop for this reason, which is reported together with how it ends.
    Worker blamed(String why) {
        return new Worker(
                id, phase, command, pid, since, deadline, startBy, announced, percent, trial, why);
    }

    /// Whether its end decides what is reported about it.
    boolean blamed() {
        return phase.leaving() && !lacks.isEmpty();
    }

    /// With this part of its share until `until`.
    Worker warming(int share, long until) {
        return new Worker(
                id, phase, command, pid, since, until, startBy, announced, share, trial, lacks);
    }

    Worker restarting(long now, Settings settings) {
        long by = now + settings.startTimeout().toMillis();
        return new Worker(id, Phase.STARTING, command, pid, now, by, by, announced);
    }

    Worker enters(Phase next, long now, long until) {
        return new Worker(id, next, command, pid, now, until, startBy, announced);
    }
}
