package dev.berth.inspect;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// A process that may hold one of the wanted sockets.
///
/// @param uid its effective uid; 0 also for a process that hides its memory (`PR_SET_DUMPABLE`)
/// @param descriptors how many it has open; −1 if the kernel does not report it (before Linux 6.2)
record OwnerCandidate(int pid, int uid, long descriptors) {
    /// The process; one that is gone has no descriptors.
    static OwnerCandidate of(int pid, boolean counted) {
        try {
            Path directory = Path.of("/proc/" + pid + "/fd");
            Map<String, Object> known = Files.readAttributes(directory, "unix:uid,size");
            int uid = known.get("uid") instanceof Integer number ? number : -1;
            long size = known.get("size") instanceof Long number ? number : -1;
            return new OwnerCandidate(pid, uid, counted ? size : -1);
        } catch (IOException gone) {
            return new OwnerCandidate(pid, -1, 0);
        }
    }

    /// Whether this kernel reports how many descriptors a process has; the caller always has some.
    static boolean counted() {
        try {
            return Files.size(Path.of("/proc/self/fd")) > 0;
        } catch (IOException noProc) {
            return false;
        }
    }
}
