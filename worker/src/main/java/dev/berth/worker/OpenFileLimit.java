package dev.berth.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// How close this process is to its limit on open descriptors.
///
/// If there is no room for a packet's descriptor, the descriptor is lost for good, so such a packet
/// must not be received at all. The kernel always assigns the lowest free number, so a high number
/// means that few are left.
///
/// @param most the soft limit `RLIMIT_NOFILE`
record OpenFileLimit(long most) {
    /// Descriptors left for other threads to open meanwhile.
    private static final int RESERVE = 16;

    /// The current limit of this process.
    ///
    /// **Source:** proc_pid_limits(5)
    static OpenFileLimit ofThisProcess() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/limits"))) {
            return new OpenFileLimit(
                    lines.filter(line -> line.startsWith("Max open files"))
                            .map(line -> line.split("\\s+")[3])
                            .filter(soft -> soft.matches("\\d+"))
                            .mapToLong(Long::parseLong)
                            .findFirst()
                            .orElse(Long.MAX_VALUE));
        }
    }

    /// Whether a process that was just given `descriptor` should close some first.
    ///
    /// @param coming how many more descriptors it may be given at any moment
    boolean isNear(int descriptor, int coming) {
        return descriptor + coming >= most - RESERVE;
    }

    /// Whether there is room now for one descriptor and the `coming` ones.
    boolean hasRoom(DispatcherSocket socket, int coming) {
        int lowest = socket.lowestFree();
        return lowest >= 0 && !isNear(lowest, coming);
    }
}
