package dev.berth.supervise.process;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/// Reports failed work in words, each failure only now and then.
///
/// A thread that holds sockets or answers commands must not end because one piece of work throws,
/// even an error. A thread that could not be started, or full memory, concerns that piece of work;
/// a class that is missing since the program was upgraded concerns that command. Callers catch them
/// and go on with the next piece of work.
public final class FailureReporter {
    /// Why no further process or thread could be started.
    static final String LIMIT =
            ": a limit on processes and threads has been reached (pids.max of the cgroup, which"
                    + " systemd calls TasksMax; ulimit -u)";

    private static final long QUIET_MILLIS = 10_000;
    private static final int MOST_REMEMBERED = 64;

    private final Consumer<String> said;
    private final Clock clock;
    private final Map<String, Long> last = new HashMap<>();

    FailureReporter(Consumer<String> said, Clock clock) {
        this.said = said;
        this.clock = clock;
    }

    /// Reports a failure. Never throws: reporting may need memory that is not there.
    ///
    /// @param where what was being done; empty if that does not help
    synchronized void report(Throwable failed, String where) {
        try {
            String text = text(failed) + (where.isEmpty() ? "" : " (while doing: " + where + ")");
            long now = clock.millis();
            Long before = last.get(text);
            if (before == null || now - before >= QUIET_MILLIS) {
                if (last.size() >= MOST_REMEMBERED) {
                    last.clear();
                }
                last.put(text, now);
                said.accept(text);
            }
        } catch (RuntimeException | Error unsaid) {
            last.clear();
        }
    }

    /// What happened, for users.
    public static String text(Throwable failed) {
        if (failed instanceof OutOfMemoryError && noThread(failed)) {
            return "no thread could be started" + LIMIT;
        }
        if (failed instanceof OutOfMemoryError) {
            return "this supervisor is out of memory ("
                    + (Runtime.getRuntime().maxMemory() >> 20)
                    + " MB): something that it was asked for, or read, took too much";
        }
        return failed instanceof IOException && failed.getMessage() != null
                ? failed.getMessage()
                : "a bug in Berth, please report it: " + failed;
    }

    /// HotSpot uses the same error for both.
    private static boolean noThread(Throwable failed) {
        return String.valueOf(failed.getMessage()).contains("native thread");
    }
}
