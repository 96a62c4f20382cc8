package dev.berth.dispatch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Limits on what clients and workers may take from the dispatcher.
///
/// @param deadline how long a client may take until its first bytes show where it wants to go
/// @param peekBytes how many of its first bytes are inspected
/// @param pending connections whose destination is not yet known; beyond it the oldest is treated
///   as if its deadline had passed
/// @param window connections passed to a worker that it has not received yet
/// @param waiting connections that wait for a full service while other services have room; beyond
///   it, and beyond the service's part of `connections`, new ones are refused
/// @param connections that the dispatcher holds in all, because each takes a descriptor
public record DispatcherLimits(
        Duration deadline, int peekBytes, int pending, int window, int waiting, int connections) {
    private static final int MOST_UNDECIDED = 4_096;
    private static final int MOST_WAITING = 4_096;
    private static final int MOST_CONNECTIONS = 1 << 20;
    private static final int RESERVED = 256;
    private static final Pattern OPEN_FILES = Pattern.compile("Max open files +([0-9]+)");

    public DispatcherLimits {
        if (deadline.isNegative() || deadline.isZero()) {
            throw new IllegalArgumentException("deadline=" + deadline);
        }
        if (peekBytes < 256 || peekBytes > 1 << 20) {
            throw new IllegalArgumentException("peekBytes is outside 256-1048576: " + peekBytes);
        }
        if (Math.min(Math.min(pending, connections), Math.min(window, waiting)) < 1) {
            throw new IllegalArgumentException(
                    "limits must be at least 1: %s, %s, %s, %s"
                            .formatted(pending, window, waiting, connections));
        }
    }

    /// 5 s, 16 KiB, 4,096 undecided, a window of 32, 4,096 waiting, and as many connections in all
    /// as leave this process 256 descriptors; fewer if it may not open many.
    public static DispatcherLimits defaults() {
        long open = openFiles();
        int connections = Math.clamp(Math.max(open - RESERVED, open / 2), 16, MOST_CONNECTIONS);
        int undecided = Math.min(connections / 2, MOST_UNDECIDED);
        return new DispatcherLimits(
                Duration.ofSeconds(5), 16 * 1024, undecided, 32, MOST_WAITING, connections);
    }

    public DispatcherLimits withDeadline(Duration other) {
        return new DispatcherLimits(other, peekBytes, pending, window, waiting, connections);
    }

    public DispatcherLimits withPending(int most) {
        return new DispatcherLimits(deadline, peekBytes, most, window, waiting, connections);
    }

    public DispatcherLimits withWindow(int most) {
        return new DispatcherLimits(deadline, peekBytes, pending, most, waiting, connections);
    }

    public DispatcherLimits withWaiting(int most) {
        return new DispatcherLimits(deadline, peekBytes, pending, window, most, connections);
    }

    public DispatcherLimits withConnections(int most) {
        return new DispatcherLimits(deadline, peekBytes, pending, window, waiting, most);
    }

    /// How many connections may wait for each of `services` services. All of them together leave
    /// half of the descriptors to connections that are still undecided.
    int waitingOf(int services) {
        return Math.clamp(connections / 2 / services, 1, waiting);
    }

    /// The soft RLIMIT_NOFILE; a large number if it is unlimited or unreadable.
    private static long openFiles() {
        try {
            Matcher line = OPEN_FILES.matcher(Files.readString(Path.of("/proc/self/limits")));
            return line.find() ? Long.parseLong(line.group(1)) : Integer.MAX_VALUE;
        } catch (IOException unreadable) {
            return Integer.MAX_VALUE;
        }
    }
}
