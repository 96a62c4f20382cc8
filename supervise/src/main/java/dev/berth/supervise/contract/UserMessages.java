package dev.berth.supervise.contract;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// The sentences that users read about events and failures: the only texts for these types.
public final class UserMessages {
    /// For a worker that ended because Berth has the port.
    private static final String LISTENED =
            "\n"
                    + "  With --share dispatch, Berth itself listens, and the program gets its"
                    + " connections through the library dev.berth.worker; run an unmodified"
                    + " program without --share dispatch.";

    private static final Pattern IN_USE =
            Pattern.compile("EADDRINUSE|address (is )?already in use", Pattern.CASE_INSENSITIVE);

    /// Printed by a program that leaves its work to an instance that is already running, and exits.
    private static final Pattern ALREADY =
            Pattern.compile(
                    "already (running|launched|started|active)|hot deployment",
                    Pattern.CASE_INSENSITIVE);

    /// What to do about a program of which all workers would find the same instance.
    public static final String OWN_HOME =
            "give each worker its own home or pid file with {slot}.{generation} in the command or"
                    + " in a variable (--env 'PM2_HOME=/run/app-{slot}.{generation}'), or run the"
                    + " underlying program directly";

    private static final String SHARED_HOME =
            " and reported that it is already running: it left its work to a process that an"
                    + " earlier worker started; "
                    + OWN_HOME;

    private static final String NO_SERVER =
            "; Berth runs servers: the program must listen on a port and stay in the foreground";

    private UserMessages() {}

    /// The message about an event; empty if users need not read about it.
    public static Optional<String> of(DomainEvent event) {
        return switch (event) {
            case DomainEvent.WorkerStarted _, DomainEvent.RollBegan _, DomainEvent.RollEnded _ ->
                    Optional.empty();
            case DomainEvent.WorkerReady(WorkerId id, int pid) ->
                    Optional.of("slot " + id + " is ready, pid " + pid);
            case DomainEvent.WorkerBackInService(WorkerId id, int pid) ->
                    Optional.of("slot " + id + " is back in service, pid " + pid);
            case DomainEvent.ListenerLost(WorkerId id, String what) ->
                    Optional.of("slot " + id + " " + what);
            case DomainEvent.WorkerExited exited -> exited(exited);
            case DomainEvent.StartFailed(
                            WorkerId _,
                            WorkerFailure failure,
                            Optional<Duration> next) ->
                    Optional.of(of(failure) + "; " + nextTry(next));
            case DomainEvent.FirstStartFailed(WorkerFailure failure) -> Optional.of(of(failure));
            case DomainEvent.DrainExpired expired -> Optional.of(of(expired));
            case DomainEvent.StopExpired(WorkerId id) ->
                    Optional.of("slot " + id + " did not stop in time; killing it");
            case DomainEvent.Refusing(Duration patience) ->
                    Optional.of(
                            "no worker has been ready for "
                                    + seconds(patience)
                                    + ": refusing connections until one is");
            case DomainEvent.RollingBack(List<Integer> slots, WorkerFailure failure) ->
                    Optional.of(of(failure) + "; rolling back " + count(slots.size()));
        };
    }

    /// The message about a worker that was stopped at the end of its drain.
    public static String of(DomainEvent.DrainExpired expired) {
        return "slot %s is stopped after --drain %s, leaving %s"
                .formatted(expired.id(), seconds(expired.limit()), expired.left());
    }

    private static Optional<String> exited(DomainEvent.WorkerExited exited) {
        return switch (exited.reason()) {
            case NOT_READY, ORDERED -> Optional.empty();
            case CRASHED -> Optional.of(crashed(ended(exited)));
            case SERVED ->
                    Optional.of(
                            name(exited.id(), exited.pid())
                                    + " served and then exited by itself (exit 0); starting the"
                                    + " next");
        };
    }

    private static WorkerFailure.Ended ended(DomainEvent.WorkerExited exited) {
        return new WorkerFailure.Ended(
                exited.id(), exited.pid(), exited.status(), exited.lastOutput());
    }

    private static String nextTry(Optional<Duration> pause) {
        return pause.map(time -> "next try in " + seconds(time)).orElse("starting again");
    }

    /// The message about the result of a request.
    public static String of(RequestResult result) {
        return ResultMessages.of(result);
    }

    /// The message about a failure.
    public static String of(WorkerFailure failure) {
        return switch (failure) {
            case WorkerFailure.NotStarted(WorkerId _, String why) -> why;
            case WorkerFailure.ListenerLost(WorkerId _, String what) -> what;
            case WorkerFailure.ExitedAtStart exited -> atStart(exited);
            case WorkerFailure.Crashed(WorkerFailure.Ended worker) -> crashed(worker);
            case WorkerFailure.StoppedAndEnded(WorkerFailure.Ended worker, String reason) ->
                    stopped(worker, reason);
            case WorkerFailure.Unusable(WorkerId id, int pid, String what) ->
                    name(id, pid) + " " + what;
            case WorkerFailure.ExitedByItself(WorkerId id, int pid) ->
                    name(id, pid) + " exited by itself (exit 0)";
        };
    }

    private static String atStart(WorkerFailure.ExitedAtStart exited) {
        WorkerFailure.Ended worker = exited.worker();
        if (exited.leftovers() > 0 && worker.status().success()) {
            return name(worker)
                    + " went into the background: its first process exited while others run on;"
                    + " make the program stay in the foreground (nginx: -g 'daemon off;')";
        }
        boolean inUse = exited.readyProtocol() && IN_USE.matcher(worker.lastOutput()).find();
        return name(worker)
                + " ended"
                + (exited.listened() ? " right after it listened" : " at start")
                + ": "
                + worker.status()
                + hint(exited)
                + tail(worker)
                + (inUse ? LISTENED : "");
    }

    /// What its end implies, where that is known.
    private static String hint(WorkerFailure.ExitedAtStart exited) {
        if (ALREADY.matcher(exited.worker().lastOutput()).find()) {
            return SHARED_HOME;
        }
        boolean silent = !exited.listened() && exited.worker().status().success();
        return silent && !exited.readyProtocol() ? ", without listening" + NO_SERVER : "";
    }

    private static String crashed(WorkerFailure.Ended worker) {
        return name(worker) + " exited unexpectedly: " + worker.status() + tail(worker);
    }

    /// Usually a worker that no longer listens exits by itself.
    private static String stopped(WorkerFailure.Ended worker, String reason) {
        boolean itself = worker.status().code().isPresent();
        String how = itself ? ", and ended: " + worker.status() : "";
        return name(worker) + " " + reason + how + tail(worker);
    }

    private static String name(WorkerFailure.Ended worker) {
        return name(worker.id(), worker.pid());
    }

    private static String name(WorkerId id, int pid) {
        return "slot " + id + " (pid " + pid + ")";
    }

    private static String tail(WorkerFailure.Ended worker) {
        return worker.lastOutput().isEmpty()
                ? ""
                : "; its last output:\n" + worker.lastOutput().indent(4).stripTrailing();
    }

    /// A number of slots.
    public static String count(int slots) {
        return slots == 1 ? "1 slot" : slots + " slots";
    }

    /// A duration for users, to a tenth of a second.
    public static String seconds(Duration duration) {
        long millis = duration.toMillis();
        return millis % 1000 == 0
                ? millis / 1000 + " s"
                : String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
    }
}
