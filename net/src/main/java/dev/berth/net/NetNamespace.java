package dev.berth.net;

import dev.berth.sys.Descriptors;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Processes;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A network namespace that can be named: one in which a process lives, or that `ip netns` keeps.
///
/// A namespace that only a descriptor or a socket keeps alive is not found.
///
/// **Source:** network_namespaces(7), ip-netns(8)
///
/// @param inode its number, the same under each of its names
/// @param path a path by which it can be opened
/// @param name its name in `ip netns`, if it has one
public record NetNamespace(long inode, String path, Optional<String> name) {
    private static final File NAMED = new File("/run/netns");
    private static final String OWN = "/proc/thread-self/ns/net";
    private static final String PREFIX = "net:[";

    /// The namespace of the calling thread.
    ///
    /// @throws IOException if /proc is not mounted
    public static NetNamespace current() throws IOException {
        return new NetNamespace(inode(Path.of(OWN)), OWN, Optional.empty());
    }

    /// The namespace in which a process lives.
    ///
    /// @throws IOException if there is no such process, or the right to trace it is missing
    public static NetNamespace of(int pid) throws IOException {
        String path = "/proc/" + pid + "/ns/net";
        return new NetNamespace(inode(Path.of(path)), path, Optional.empty());
    }

    /// All namespaces that can be found, the caller's first.
    ///
    /// @throws IOException if /proc is not mounted
    public static List<NetNamespace> all() throws IOException {
        Map<Long, NetNamespace> found = new LinkedHashMap<>();
        add(found, current());
        for (int pid : ProcessList.pids()) {
            try {
                add(found, of(pid));
            } catch (IOException absent) {
                // The process ended meanwhile, or this user may not inspect it.
            }
        }
        String[] names = NAMED.list();
        for (String name : names == null ? new String[0] : names) {
            addNamed(found, name);
        }
        return List.copyOf(found.values());
    }

    private static void add(Map<Long, NetNamespace> found, NetNamespace namespace) {
        found.putIfAbsent(namespace.inode, namespace);
    }

    private static void addNamed(Map<Long, NetNamespace> found, String name) {
        Path path = NAMED.toPath().resolve(name);
        try {
            long inode = (Long) Files.getAttribute(path, "unix:ino");
            NetNamespace known = found.get(inode);
            String way = known == null ? path.toString() : known.path;
            found.put(inode, new NetNamespace(inode, way, Optional.of(name)));
        } catch (IOException gone) {
            // The namespace was deleted meanwhile.
        }
    }

    private static long inode(Path link) throws IOException {
        String target = Files.readSymbolicLink(link).toString();
        if (!target.startsWith(PREFIX) || !target.endsWith("]")) {
            throw new IOException(link + " is not a network namespace: " + target);
        }
        return Long.parseLong(target, PREFIX.length(), target.length() - 1, 10);
    }

    /// Moves the calling thread into the namespace for good.
    ///
    /// @throws ErrnoException `EPERM` without `CAP_SYS_ADMIN`; `ENOENT` if the path is gone
    void enter() throws ErrnoException {
        int flags = Descriptors.O_RDONLY | Descriptors.O_CLOEXEC;
        try (Fd fd = Fd.of("open", path, Descriptors.open(path, flags, 0))) {
            int moved = Processes.setns(fd.number(), Processes.CLONE_NEWNET);
            ErrnoException.check("setns", path, moved);
        }
    }
}
