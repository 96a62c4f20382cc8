package dev.berth.net;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Sockets whose holders are searched, by inode, and who was found so far.
///
/// There may be very many, and nearly all have one holder: that takes 16 bytes a socket, where a
/// map would take two hundred.
public final class SocketHolders {
    private static final int NONE = -1;

    private final long[] inodes;
    private final int[] pids;
    private final int[] descriptors;
    private final Map<Long, List<Holder>> further = new HashMap<>();
    private int missing;

    /// - `inodes`: of the sockets, in any order; 0 is none, and one may come more than once. Sorted
    ///   here and kept
    public SocketHolders(long... inodes) {
        this.inodes = distinct(inodes);
        this.pids = new int[this.inodes.length];
        this.descriptors = new int[this.inodes.length];
        Arrays.fill(pids, NONE);
        this.missing = this.inodes.length;
    }

    /// Sorted. Not by a stream, which would make an object of each.
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

    /// How many sockets there are.
    public int size() {
        return inodes.length;
    }

    /// Of how many of them no holder was found.
    public int missing() {
        return missing;
    }

    /// Which of them it is, from 0; negative if it is none of them.
    int place(long inode) {
        return Arrays.binarySearch(inodes, inode);
    }

    /// Who holds the socket, as far as was found: by pid, in the order in which they were added.
    /// Empty for one that is none of them.
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

    /// Adds a holder of one of them.
    ///
    /// @throws IllegalArgumentException if it is none of them
    public void add(long inode, Holder holder) {
        int at = place(inode);
        if (at < 0) {
            throw new IllegalArgumentException("none of those searched: inode=" + inode);
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
