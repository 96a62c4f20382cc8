package dev.berth.inspect;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The version 2 control groups by their inode, which the kernel reports for a socket. The group is
/// the only clue to a service whose processes cannot be inspected.
///
/// **Source:** cgroups(7)
final class CgroupTree {
    /// With more directories than this the walk costs more than it saves.
    private static final int MOST = 5000;

    private final Path mount;
    private final Map<Long, Path> found = new HashMap<>();

    private CgroupTree(Path mount) {
        this.mount = mount;
    }

    /// Finds the groups with the inodes `wanted`; the root is left out because it reveals nothing.
    static CgroupTree find(Set<Long> wanted) {
        CgroupTree tree = new CgroupTree(mountPoint());
        try {
            Set<Long> missing = new HashSet<>(wanted);
            missing.remove((Long) Files.getAttribute(tree.mount, "unix:ino"));
            tree.walk(missing);
        } catch (IOException notMounted) {
            tree.found.clear();
        }
        return tree;
    }

    private void walk(Set<Long> missing) throws IOException {
        Deque<Path> open = new ArrayDeque<>(List.of(mount));
        for (int looked = 0; !open.isEmpty() && !missing.isEmpty() && looked < MOST; looked++) {
            Path directory = open.remove();
            long inode = (Long) Files.getAttribute(directory, "unix:ino");
            if (missing.remove(inode)) {
                found.put(inode, directory);
            }
            File[] below = directory.toFile().listFiles(File::isDirectory);
            for (File child : below == null ? new File[0] : below) {
                open.add(child.toPath());
            }
        }
    }

    /// The processes in the groups that were found.
    Set<Integer> processes() {
        Set<Integer> pids = new HashSet<>();
        for (Path group : found.values()) {
            try {
                for (String line : Files.readAllLines(group.resolve("cgroup.procs"))) {
                    pids.add(Integer.parseInt(line));
                }
            } catch (IOException gone) {
                // Deleted meanwhile, along with its last process.
            }
        }
        return pids;
    }

    /// What the group with this inode reveals about its processes.
    CgroupPath path(long inode) {
        Path group = found.get(inode);
        return group == null
                ? CgroupPath.NONE
                : CgroupPath.of("/" + mount.relativize(group).toString());
    }

    private static Path mountPoint() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
                if (line.contains(" - cgroup2 ")) {
                    return Path.of(line.split(" ")[4]);
                }
            }
        } catch (IOException noProc) {
            return Path.of("/sys/fs/cgroup");
        }
        return Path.of("/sys/fs/cgroup");
    }
}
