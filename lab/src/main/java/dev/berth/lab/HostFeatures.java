package dev.berth.lab;

import dev.berth.inspect.Sysctl;
import dev.berth.sys.Processes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// What this machine offers to this user.
///
/// @param release of the kernel, as returned by uname(2)
/// @param root whether this is root outside every user namespace
/// @param uids whether processes of two users can be started
/// @param ipv6 whether IPv6 is available
public record HostFeatures(String release, boolean root, boolean uids, boolean ipv6) {
    private static final String EVERYBODY = "0 0 4294967295";
    private static final int OTHER_UID = 1000;

    /// This machine, as the calling thread sees it.
    static HostFeatures here() {
        List<String> map = uidMap();
        boolean privileged = Processes.geteuid() == 0;
        return new HostFeatures(
                Sysctl.read("kernel/osrelease").orElse("0.0"),
                privileged && map.contains(EVERYBODY),
                privileged && map.stream().anyMatch(line -> covers(line, OTHER_UID)),
                Sysctl.read("net/ipv6/bindv6only").isPresent());
    }

    /// Whether a process can be pinned to this CPU. This is tried out: a cpuset permits fewer CPUs
    /// than the kernel lists, and more than the ones that a pinned process is on.
    static boolean offers(int cpu) {
        return CompletableFuture.supplyAsync(
                                () -> Processes.pinTo(cpu), task -> Thread.ofPlatform().start(task))
                        .join()
                == 0;
    }

    KernelVersion kernel() {
        return KernelVersion.parse(release);
    }

    private static List<String> uidMap() {
        try {
            return Files.readAllLines(Path.of("/proc/self/uid_map")).stream()
                    .map(line -> line.strip().replaceAll(" +", " "))
                    .toList();
        } catch (IOException unreadable) {
            return List.of();
        }
    }

    private static boolean covers(String line, int uid) {
        String[] parts = line.split(" ");
        long first = Long.parseLong(parts[0]);
        return parts.length == 3 && uid >= first && uid < first + Long.parseLong(parts[2]);
    }
}
