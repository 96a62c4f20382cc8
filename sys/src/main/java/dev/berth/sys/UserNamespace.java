package dev.berth.sys;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The user namespace of this process.
///
/// **Source:** user_namespaces(7), `/proc/PID/uid_map`.
public final class UserNamespace {
    /// What the kernel shows for an owner that the user namespace does not have.
    public static final int OVERFLOW_UID = 65534;

    private static final Path MAP = Path.of("/proc/self/uid_map");

    private UserNamespace() {}

    /// Whether it lacks ordinary uids, so that [#OVERFLOW_UID] stands for everybody else, root of
    /// the machine included. No, where that cannot be read.
    public static boolean isPartial() {
        try {
            for (String line : Files.readAllLines(MAP)) {
                String[] fields = line.strip().split(" +");
                long first = Long.parseLong(fields[0]);
                if (OVERFLOW_UID >= first && OVERFLOW_UID < first + Long.parseLong(fields[2])) {
                    return false;
                }
            }
            return true;
        } catch (IOException | RuntimeException unreadable) {
            return false;
        }
    }
}
