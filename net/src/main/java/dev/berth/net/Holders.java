package dev.berth.net;

import java.io.File;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Finds the processes that hold a socket, by the socket's inode in the links of `/proc/PID/fd`.
///
/// Processes of another user cannot be read without `CAP_SYS_PTRACE` and are left out; so are
/// processes of other pid namespaces. A socket may have no holder at all: in TIME_WAIT, not yet
/// accepted, or in transit through a Unix socket. Costs some 4 µs per descriptor.
///
/// **Source:** proc_pid_fd(5)
public final class Holders {
    private static final String PREFIX = "socket:[";

    /// With more descriptors than this in one process it pays to stop at the last wanted socket.
    private static final int MANY = 256;

    private static final long REFUSED = -1;

    private Holders() {}

    /// The sockets that the given processes hold, by inode. Processes that are gone or cannot be
    /// read are left out.
    public static Map<Long, List<Holder>> of(Collection<Integer> pids) {
        Map<Long, List<Holder>> found = new HashMap<>();
        for (int pid : pids) {
            collect(pid, found);
        }
        return found;
    }

    /// The sockets held by any readable process of the system, by inode.
    public static Map<Long, List<Holder>> everywhere() {
        return of(ProcessList.pids());
    }

    /// Whether the descriptor currently refers to the socket; costs one readlink.
    public static boolean holds(Holder holder, long inode) {
        return inode != 0 && inode(descriptors(holder.pid()), holder.fd()) == inode;
    }

    /// Adds to `wanted` the descriptors through which the process holds those sockets. Returns
    /// false if the process's descriptors cannot be read, because it is another user's or gone.
    ///
    /// If the process has many descriptors, the search stops once every socket was found.
    public static boolean search(int pid, SocketHolders wanted) {
        String directory = descriptors(pid);
        String[] names = new File(directory).list();
        if (names == null) {
            return false;
        }
        BitSet seen = new BitSet();
        int missing = wanted.size();
        for (String name : names) {
            int fd = Integer.parseInt(name);
            long inode = inode(directory, fd);
            if (inode == REFUSED) {
                return false;
            }
            int place = wanted.place(inode);
            if (place >= 0) {
                wanted.add(inode, new Holder(pid, fd));
                missing -= seen.get(place) ? 0 : 1;
                seen.set(place);
                if (names.length > MANY && missing == 0) {
                    break;
                }
            }
        }
        return true;
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
            if (inode > 0) {
                found.computeIfAbsent(inode, _ -> new ArrayList<>(1)).add(new Holder(pid, fd));
            }
        }
    }

    private static String descriptors(int pid) {
        return "/proc/" + pid + "/fd";
    }

    /// The inode of the socket behind a descriptor; 0 if it is not a socket or gone; [#REFUSED] if
    /// reading it is not permitted although the process's descriptors can be listed.
    private static long inode(String directory, int fd) {
        try {
            String target = Files.readSymbolicLink(Path.of(directory + "/" + fd)).toString();
            return inode(target);
        } catch (AccessDeniedException refused) {
            return REFUSED;
        } catch (IOException gone) {
            return 0;
        }
    }

    /// The inode that the target of a link names, 0 if it is not a socket.
    static long inode(String target) {
        boolean socket = target.startsWith(PREFIX) && target.endsWith("]");
        long inode = 0;
        for (int i = PREFIX.length(); socket && i < target.length() - 1; i++) {
            int digit = target.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return 0;
            }
            inode = inode * 10 + digit;
        }
        return inode;
    }
}
