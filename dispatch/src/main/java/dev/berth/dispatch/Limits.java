package dev.berth.dispatch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What clients and workers may take of the dispatcher.
///
/// @param deadline how long a client may take until its first bytes tell where it wants to go
/// @param peekBytes how many of them are looked at
/// @param undecided connections of which this is not known yet; beyond it the oldest is decided as
///   at its deadline
/// @param window connections that were passed to a worker and that it has not taken yet
/// @param waiting connections that wait for a worker of a service with room, where others have
///   some; beyond it, and beyond the service's part of `connections`, new ones are refused
/// @param connections that the dispatcher holds in all, since each takes a descriptor
public record Limits(
        Duration deadline, int peekBytes, int undecided, int window, int waiting, int connections) {
    private static final int MOST_UNDECIDED = 4_096;
    private static final int MOST_WAITING = 4_096;
    private static final int MOST_CONNECTIONS = 1 << 20;
    private static final int RESERVED = 256;
    private static final Pattern OPEN_FILES = Pattern.compile("Max open files +([0-9]+)");

    public Limits {
        if (deadline.isNegative() || deadline.isZero()) {
            throw new IllegalArgumentException("deadline=" + deadline);
        }
        if (peekBytes < 256 || peekBytes > 1 << 20) {
            throw new IllegalArgumentException("peekBytes out of 256-1048576: " + peekBytes);
        }
        if (Math.min(Math.min(undecided, connections), Math.min(window, waiting)) < 1) {
            throw new IllegalArgumentException(
                    "none may be below 1: "
                            + undecided
                            + ", "
                            + window
                            + ", "
                            + waiting
                            + ", "
                            + connections);
        }
    }

    /// 5 s, 16 KiB, 4,096 undecided, a window of 32, 4,096 waiting, and as many in all as leave
    /// this process 256 descriptors; fewer where it may not open many.
    public static Limits defaults() {
        long open = openFiles();
        int connections = Math.clamp(Math.max(open - RESERVED, open / 2), 16, MOST_CONNECTIONS);
        int undecided = Math.min(connections / 2, MOST_UNDECIDED);
        return new Limits(
                Duration.ofSeconds(5), 16 * 1024, undecided, 32, MOST_WAITING, connections);
    }

    public Limits withDeadline(Duration other) {
        return new Limits(other, peekBytes, undecided, window, waiting, connections);
    }

    public Limits withUndecided(int most) {
        return new Limits(deadline, peekBytes, most, window, waiting, connections);
    }

    public Limits withWindow(int most) {
        return new Limits(deadline, peekBytes, undecided, most, waiting, connections);
    }

    public Limits withWaiting(int most) {
        return new Limits(deadline, peekBytes, undecided, window, most, connections);
    }

    public Limits withConnections(int most) {
        return new Limits(deadline, peekBytes, undecided, window, waiting, most);
    }

    /// How many connections may wait for one of so many services. All of them together leave half
    /// of the descriptors to those who have yet to show where they want to go.
    int waitingOf(int services) {
        return Math.clamp(connections / 2 / services, 1, waiting);
    }

    /// RLIMIT_NOFILE; large where it is unlimited or cannot be read.
    private static long openFiles() {
        try {
            Matcher line = OPEN_FILES.matcher(Files.readString(Path.of("/proc/self/limits")));
            return line.find() ? Long.parseLong(line.group(1)) : Integer.MAX_VALUE;
        } catch (IOException unreadable) {
            return Integer.MAX_VALUE;
        }
    }
}
