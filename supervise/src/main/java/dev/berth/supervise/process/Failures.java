package dev.berth.supervise.process;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/// Says what went wrong with a piece of work, in words, and each thing only now and then.
///
/// A thread that holds sockets or answers commands must not end by what one piece of work throws,
/// errors included: a thread that could not be started, or memory that is full, concerns that piece
/// of work; a class that is missing since the program was upgraded, that command. Whoever catches
/// them goes on with the next piece of work.
public final class Failures {
    /// Why there is no other process or thread.
    static final String LIMIT =
            ": a limit of processes and threads is reached (pids.max of the cgroup, which systemd"
                    + " calls TasksMax; ulimit -u)";

    private static final long QUIET_MILLIS = 10_000;
    private static final int MOST_REMEMBERED = 64;

    private final Consumer<String> said;
    private final Map<String, Long> last = new HashMap<>();

    Failures(Consumer<String> said) {
        this.said = said;
    }

    /// Never throws: to say it may take memory that is not there.
    ///
    /// @param where what was being done; empty where that is of no use
    synchronized void report(Throwable failed, String where) {
        try {
            String text = text(failed) + (where.isEmpty() ? "" : " (while doing: " + where + ")");
            long now = Loop.now();
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

    /// What happened, for people.
    public static String text(Throwable failed) {
        if (failed instanceof OutOfMemoryError && noThread(failed)) {
            return "no thread could be started" + LIMIT;
        }
        if (failed instanceof OutOfMemoryError) {
            return "the memory of this supervisor is full ("
                    + (Runtime.getRuntime().maxMemory() >> 20)
                    + " MB): something that it was asked for, or saw, took too much";
        }
        return failed instanceof IOException && failed.getMessage() != null
                ? failed.getMessage()
                : "a mistake in Berth, please report it: " + failed;
    }

    /// HotSpot has one error for both.
    private static boolean noThread(Throwable failed) {
        return String.valueOf(failed.getMessage()).contains("native thread");
    }
}
