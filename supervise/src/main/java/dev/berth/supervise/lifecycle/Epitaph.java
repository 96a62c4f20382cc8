package dev.berth.supervise.lifecycle;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;

/// The sentences about how a worker ended.
final class Epitaph {
    /// For one that ended because Berth has the port.
    private static final String LISTENED =
            "\n"
                    + "  Under --share dispatch it is Berth that listens, and a program asks it for"
                    + " connections by the library dev.berth.worker; run an unmodified one without"
                    + " --share dispatch.";

    private static final Pattern IN_USE =
            Pattern.compile("EADDRINUSE|address (is )?already in use", Pattern.CASE_INSENSITIVE);

    private Epitaph() {}

    /// @param dispatched whether the workers get their connections from a dispatcher
    static String atStart(Worker worker, Event.Exited exited, boolean dispatched) {
        if (exited.survivors() > 0 && exited.status().code().orElse(1) == 0) {
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
                + tail(exited)
                + (dispatched && IN_USE.matcher(exited.lastWords()).find() ? LISTENED : "");
    }

    static String crash(Worker worker, Event.Exited exited) {
        return name(worker) + " ended unasked: " + exited.status() + tail(exited);
    }

    static String seconds(Duration duration) {
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
