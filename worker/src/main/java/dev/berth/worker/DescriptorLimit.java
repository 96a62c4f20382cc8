package dev.berth.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// How near this process is to the most descriptors that it may have.
///
/// A packet whose descriptor finds no room is gone for good, so it must not be received at all. The
/// kernel always gives the lowest free number: a high one tells that few are left.
///
/// @param most the soft limit `RLIMIT_NOFILE`
record DescriptorLimit(long most) {
    /// What is left for other threads to open meanwhile.
    private static final int RESERVE = 16;

    /// The limit of this process now.
    ///
    /// **source**: proc_pid_limits(5)
    static DescriptorLimit ofThisProcess() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/limits"))) {
            return new DescriptorLimit(
                    lines.filter(line -> line.startsWith("Max open files"))
                            .map(line -> line.split("\\s+")[3])
                            .filter(soft -> soft.matches("\\d+"))
                            .mapToLong(Long::parseLong)
                            .findFirst()
                            .orElse(Long.MAX_VALUE));
        }
    }

    /// Whether a process that was just given `descriptor` should first close some.
    ///
    /// - `coming`: how many more it may be given at any moment
    boolean isNear(int descriptor, int coming) {
        return descriptor + coming >= most - RESERVE;
    }

    /// Whether there is room now, for one and those that are `coming`.
    boolean hasRoom(Link link, int coming) {
        int lowest = link.lowestFree();
        return lowest >= 0 && !isNear(lowest, coming);
    }
}
