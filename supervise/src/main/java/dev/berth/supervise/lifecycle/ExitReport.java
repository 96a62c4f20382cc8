package dev.berth.supervise.lifecycle;

import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/// The messages about how a worker ended.
public final class ExitReport {
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

    /// Exit codes that programs use when their command line is wrong.
    private static final Set<Integer> USAGE_CODES = Set.of(2, 64);

    private static final Pattern USAGE =
            Pattern.compile(
                    "usage:|(unknown|unrecognized|unrecognised|invalid|illegal|bad)"
                        + " (option|argument|flag)|no such option|flag provided but not defined",
                    Pattern.CASE_INSENSITIVE);

    private ExitReport() {}

    /// Whether the program did not understand its command line: another try would end the same way.
    static boolean misused(Event.Exited exited) {
        return exited.status().code().stream().anyMatch(USAGE_CODES::contains)
                && USAGE.matcher(exited.lastOutput()).find();
    }

    /// The message about a worker that ended before it was ready.
    ///
    /// @param dispatched whether the workers get their connections from a dispatcher
    static String atStart(Worker worker, Event.Exited exited, boolean dispatched) {
        if (exited.leftovers() > 0 && exited.status().success()) {
            return name(worker)
                    + " went into the background: its first process exited while others run on;"
                    + " make the program stay in the foreground (nginx: -g 'daemon off;')";
        }
        String what = worker.phase() == Phase.STARTING ? " at start" : " right after it listened";
        return name(worker)
                + " ended"
                + what
                + ": "
                + exited.status()
                + hint(worker, exited, dispatched)
                + tail(exited)
                + (dispatched && IN_USE.matcher(exited.lastOutput()).find() ? LISTENED : "");
    }

    /// What its end implies, where that is known.
    private static String hint(Worker worker, Event.Exited exited, boolean dispatched) {
        if (ALREADY.matcher(exited.lastOutput()).find()) {
            return SHARED_HOME;
        }
        boolean silent = worker.phase() == Phase.STARTING && exited.status().success();
        return silent && !dispatched ? ", without listening" + NO_SERVER : "";
    }

    static String crash(Worker worker, Event.Exited exited) {
        return name(worker) + " exited unexpectedly: " + exited.status() + tail(exited);
    }

    /// The message about a worker that was told to stop because it no longer listened; usually it
    /// exits by itself.
    static String blamed(Worker worker, String reason, Event.Exited exited) {
        String how = exited.status().code().isPresent() ? ", and ended: " + exited.status() : "";
        return name(worker) + " " + reason + how + tail(exited);
    }

    /// A duration for users, to a tenth of a second.
    public static String seconds(Duration duration) {
        long millis = duration.toMillis();
        return millis % 1000 == 0
                ? millis / 1000 + " s"
                : String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
    }

    static String name(Worker worker) {
        return "slot " + worker.id() + " (pid " + worker.pid() + ")";
    }

    private static String tail(Event.Exited exited) {
        return exited.lastOutput().isEmpty()
                ? ""
                : "; its last output:\n" + exited.lastOutput().indent(4).stripTrailing();
    }
}
