package dev.berth.net;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Which processes hold a socket: the links in `/proc/PID/fd` by the socket's inode.
///
/// A process of another user cannot be read without `CAP_SYS_PTRACE` and is left out; so are
/// processes of other pid namespaces. A socket may have no holder at all: in TIME_WAIT, not yet
/// accepted, on its way through a Unix socket. Costs some 4 µs a descriptor.
///
/// **source**: proc_pid_fd(5)
public final class Holders {
    private static final String PREFIX = "socket:[";

    private Holders() {}

    /// The sockets that the given processes hold, by inode. A process that is gone or cannot be
    /// read is left out.
    public static Map<Long, List<Holder>> of(Collection<Integer> pids) {
        Map<Long, List<Holder>> found = new HashMap<>();
        for (int pid : pids) {
            collect(pid, found);
        }
        return found;
    }

    /// The sockets that any readable process of the system holds, by inode.
    public static Map<Long, List<Holder>> everywhere() {
        return of(ProcessList.pids());
    }

    /// Whether the descriptor refers to the socket now; one readlink.
    public static boolean holds(Holder holder, long inode) {
        return inode != 0 && inode(descriptors(holder.pid()), holder.fd()) == inode;
    }

    private static void collect(int pid, Map<Long, List<Holder>> found) {
        String directory = descriptors(pid);
        String[] names = new File(directory).list();
        if (names == null) {
            return;
        }
        for (String name : names) {
            int fd = Integer.parseInt(name);
            long inode = inode(directory, fd);
            if (inode != 0) {
                found.computeIfAbsent(inode, _ -> new ArrayList<>(2)).add(new Holder(pid, fd));
            }
        }
    }

    private static String descriptors(int pid) {
        return "/proc/" + pid + "/fd";
    }

    /// The inode of the socket behind a descriptor, 0 if it is no socket or gone.
    private static long inode(String directory, int fd) {
        try {
            String target = Files.readSymbolicLink(Path.of(directory + "/" + fd)).toString();
            return inode(target);
        } catch (IOException gone) {
            return 0;
        }
    }

    static long inode(String target) {
        boolean socket = target.startsWith(PREFIX) && target.endsWith("]");
        return socket ? Long.parseLong(target, PREFIX.length(), target.length() - 1, 10) : 0;
    }
}
