package dev.berth.net;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Sockets, by inode, for which holders are being searched, and the holders found so far.
///
/// There may be very many sockets, and nearly all have one holder: this takes 16 bytes per socket,
/// where a map would take two hundred.
public final class SocketHolders {
    private static final int NONE = -1;

    private final long[] inodes;
    private final int[] pids;
    private final int[] descriptors;
    private final Map<Long, List<Holder>> further = new HashMap<>();
    private int missing;

    /// @param inodes of the sockets, in any order; 0 means none, and duplicates are allowed. The
    ///   array is sorted here and kept
    public SocketHolders(long... inodes) {
        this.inodes = distinct(inodes);
        this.pids = new int[this.inodes.length];
        this.descriptors = new int[this.inodes.length];
        Arrays.fill(pids, NONE);
        this.missing = this.inodes.length;
    }

    /// Sorted, without a stream, which would create an object for each.
    private static long[] distinct(long[] inodes) {
        Arrays.sort(inodes);
        int count = 0;
        long last = 0;
        for (long inode : inodes) {
            if (inode != last) {
                inodes[count++] = inode;
            }
            last = inode;
        }
        return count == inodes.length ? inodes : Arrays.copyOf(inodes, count);
    }

    /// The number of sockets.
    public int size() {
        return inodes.length;
    }

    /// The number of sockets without a known holder.
    public int missing() {
        return missing;
    }

    /// The index of the socket, from 0; negative if it is not one of them.
    int place(long inode) {
        return Arrays.binarySearch(inodes, inode);
    }

    /// The holders of the socket found so far: by pid, in the order in which they were added. Empty
    /// for any other socket.
    public List<Holder> of(long inode) {
        int at = place(inode);
        if (at < 0 || pids[at] == NONE) {
            return List.of();
        }
        Holder first = new Holder(pids[at], descriptors[at]);
        List<Holder> more = further.getOrDefault(inode, List.of());
        if (more.isEmpty()) {
            return List.of(first);
        }
        List<Holder> all = new ArrayList<>(1 + more.size());
        all.add(first);
        all.addAll(more);
        all.sort((a, b) -> Integer.compare(a.pid(), b.pid()));
        return all;
    }

    /// Adds a holder of one of the sockets.
    ///
    /// @throws IllegalArgumentException if it is not one of them
    public void add(long inode, Holder holder) {
        int at = place(inode);
        if (at < 0) {
            throw new IllegalArgumentException("not one of these sockets: inode=" + inode);
        }
        if (pids[at] == NONE) {
            pids[at] = holder.pid();
            descriptors[at] = holder.fd();
            missing--;
        } else {
            further.computeIfAbsent(inode, _ -> new ArrayList<>(1)).add(holder);
        }
    }
}
