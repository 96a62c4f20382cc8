package dev.berth.sys;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The user namespace of this process.
///
/// **Source:** user_namespaces(7), `/proc/PID/uid_map`.
public final class UserNamespace {
    /// The id that the kernel shows for an owner without an id in the user namespace.
    public static final int OVERFLOW_UID = 65534;

    private static final Path MAP = Path.of("/proc/self/uid_map");

    private UserNamespace() {}

    /// Whether the namespace lacks ordinary uids, so that [#OVERFLOW_UID] stands for everybody
    /// else, including root of the machine. False if that cannot be read.
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
