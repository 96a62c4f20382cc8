package dev.berth.supervise.lifecycle;

import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/// The sentences about how a worker ended.
public final class Epitaph {
    /// For one that ended because Berth has the port.
    private static final String LISTENED =
            "\n"
                    + "  Under --share dispatch it is Berth that listens, and a program asks it for"
                    + " connections by the library dev.berth.worker; run an unmodified one without"
                    + " --share dispatch.";

    private static final Pattern IN_USE =
            Pattern.compile("EADDRINUSE|address (is )?already in use", Pattern.CASE_INSENSITIVE);

    /// Of a program that leaves its work to one that runs already, and ends.
    private static final Pattern ALREADY =
            Pattern.compile(
                    "already (running|launched|started|active)|hot deployment",
                    Pattern.CASE_INSENSITIVE);

    /// What to do about a program that all workers would find the same instance of.
    public static final String OWN_HOME =
            "give each worker a home or pid file of its own by {slot}.{generation}, in the command"
                    + " or as in --env 'PM2_HOME=/run/app-{slot}.{generation}', or run the program"
                    + " behind it";

    private static final String SHARED_HOME =
            " and says that it runs already: it left its work to a process that an earlier worker"
                    + " started; "
                    + OWN_HOME;

    private static final String NO_SERVER =
            "; Berth runs servers: a program has to listen on a port and to stay in the foreground";

    /// What programs end with when their command line is wrong.
    private static final Set<Integer> USAGE_CODES = Set.of(2, 64);

    private static final Pattern USAGE =
            Pattern.compile(
                    "usage:|(unknown|unrecognized|unrecognised|invalid|illegal|bad)"
                        + " (option|argument|flag)|no such option|flag provided but not defined",
                    Pattern.CASE_INSENSITIVE);

    private Epitaph() {}

    /// Whether the program did not understand its command line: another try ends the same way.
    static boolean misused(Event.Exited exited) {
        return exited.status().code().stream().anyMatch(USAGE_CODES::contains)
                && USAGE.matcher(exited.lastWords()).find();
    }

    /// @param dispatched whether the workers get their connections from a dispatcher
    static String atStart(Worker worker, Event.Exited exited, boolean dispatched) {
        if (exited.survivors() > 0 && exited.status().success()) {
            return name(worker)
                    + " went to the background: its first process ended while others of it run on;"
                    + " tell the program to stay in the foreground (nginx: -g 'daemon off;')";
        }
        String what = worker.phase() == Phase.STARTING ? " at start" : " right after it listened";
        return name(worker)
                + " ended"
                + what
                + ": "
                + exited.status()
                + hint(worker, exited, dispatched)
                + tail(exited)
                + (dispatched && IN_USE.matcher(exited.lastWords()).find() ? LISTENED : "");
    }

    /// What follows from how it ended, where that is known.
    private static String hint(Worker worker, Event.Exited exited, boolean dispatched) {
        if (ALREADY.matcher(exited.lastWords()).find()) {
            return SHARED_HOME;
        }
        boolean silent = worker.phase() == Phase.STARTING && exited.status().success();
        return silent && !dispatched ? ", without having listened" + NO_SERVER : "";
    }

    static String crash(Worker worker, Event.Exited exited) {
        return name(worker) + " ended unasked: " + exited.status() + tail(exited);
    }

    /// Of one that was told to stop because it did not listen any more: its own end, as a rule.
    static String blamed(Worker worker, Event.Exited exited) {
        String how = exited.status().code().isPresent() ? ", and ended: " + exited.status() : "";
        return name(worker) + " " + worker.lacks() + how + tail(exited);
    }

    /// A time for people, to a tenth of a second.
    public static String seconds(Duration duration) {
        long millis = duration.toMillis();
        return millis % 1000 == 0
                ? millis / 1000 + " s"
                : String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
    }

    private static String name(Worker worker) {
        return "slot " + worker.id() + " (pid " + worker.pid() + ")";
    }

    private static String tail(Event.Exited exited) {
        return exited.lastWords().isEmpty()
                ? ""
                : "; its last words:\n" + exited.lastWords().indent(4).stripTrailing();
    }
}
