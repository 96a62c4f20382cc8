package dev.berth.inspect;

import dev.berth.net.Holder;
import dev.berth.net.Holders;
import dev.berth.net.ProcessEntry;
import dev.berth.net.ProcessList;
import dev.berth.net.SocketHolders;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpState;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Finds the processes that hold given sockets, reading as few of the machine's descriptors as
/// possible.
///
/// Reading what one descriptor refers to costs some 4 µs, and a busy machine has tens of thousands.
/// So the processes are searched in order of likelihood, and the search stops at the process in
/// which the last socket is found:
///
/// - first those that run in the sockets' cgroups,
/// - then those with the sockets' uids, small before large.
///
/// Other holders of a listener have usually inherited it, under the same number: that takes one
/// check for each process not searched. The ancestors of the processes found are searched too,
/// since a supervisor takes what it holds from its children, under any number.
final class OwnerFinder {
    private static final int ANCESTOR_DESCRIPTORS = 4096;

    /// With more listeners than this, searching every process is cheaper than checking each
    /// listener in each process.
    private static final int SHARED = 64;

    private final SocketHolders wanted;
    private final Set<Long> shared = new HashSet<>();
    private final Set<Integer> uids = new HashSet<>();
    private final Set<Integer> likely;
    private final boolean thorough;
    private int refused;

    /// @param likely processes to begin with
    /// @param thorough search all processes, whatever is found
    OwnerFinder(List<SocketRow> rows, Set<Integer> likely, boolean thorough) {
        wanted = new SocketHolders(rows.stream().mapToLong(SocketRow::inode).toArray());
        for (SocketRow row : rows) {
            if (row.inode() != 0) {
                uids.add(row.uid());
                if (row.state() == TcpState.LISTEN || row.remote().isEmpty()) {
                    shared.add(row.inode());
                }
            }
        }
        this.likely = likely;
        this.thorough = thorough;
    }

    OwnerSearchResult find() {
        if (wanted.size() == 0) {
            return new OwnerSearchResult(wanted, 0);
        }
        Map<Integer, OwnerCandidate> rest = candidates();
        boolean all = thorough || shared.size() > SHARED;
        for (OwnerCandidate candidate : List.copyOf(rest.values())) {
            if (!all && wanted.missing() == 0) {
                break;
            }
            rest.remove(candidate.pid());
            search(candidate);
        }
        ancestors(rest);
        heirs(rest);
        return new OwnerSearchResult(wanted, refused);
    }

    private Map<Integer, OwnerCandidate> candidates() {
        boolean counted = OwnerCandidate.counted();
        List<OwnerCandidate> all = new ArrayList<>();
        for (int pid : ProcessList.pids()) {
            all.add(OwnerCandidate.of(pid, counted));
        }
        all.sort(this::order);
        Map<Integer, OwnerCandidate> ordered = LinkedHashMap.newLinkedHashMap(all.size());
        all.forEach(candidate -> ordered.put(candidate.pid(), candidate));
        return ordered;
    }

    private int order(OwnerCandidate a, OwnerCandidate b) {
        int ranks = Integer.compare(rank(a), rank(b));
        return ranks != 0 ? ranks : Long.compare(a.descriptors(), b.descriptors());
    }

    private int rank(OwnerCandidate candidate) {
        int cgroup = likely.contains(candidate.pid()) ? 0 : 2;
        return cgroup + (uids.contains(candidate.uid()) ? 0 : 1);
    }

    private void search(OwnerCandidate candidate) {
        // Kernel threads, and processes that have ended.
        boolean none = candidate.descriptors() == 0;
        if (!none && !Holders.search(candidate.pid(), wanted)) {
            refused += ProcessList.of(candidate.pid()).isPresent() ? 1 : 0;
        }
    }

    /// The ancestors of the processes that hold listeners.
    private void ancestors(Map<Integer, OwnerCandidate> rest) {
        Set<Integer> seen = new HashSet<>();
        for (long inode : shared) {
            for (Holder holder : wanted.of(inode)) {
                int pid = holder.pid();
                while (pid > 1 && seen.add(pid)) {
                    OwnerCandidate unread = rest.get(pid);
                    if (unread != null && unread.descriptors() <= ANCESTOR_DESCRIPTORS) {
                        rest.remove(pid);
                        search(unread);
                    }
                    pid = ProcessList.of(pid).map(ProcessEntry::parent).orElse(0);
                }
            }
        }
    }

    /// The processes that inherited a listener.
    private void heirs(Map<Integer, OwnerCandidate> rest) {
        for (long inode : shared) {
            Set<Integer> numbers = new HashSet<>();
            wanted.of(inode).forEach(holder -> numbers.add(holder.fd()));
            for (OwnerCandidate candidate : rest.values()) {
                for (int fd : numbers) {
                    Holder heir = new Holder(candidate.pid(), fd);
                    if (candidate.descriptors() != 0 && Holders.holds(heir, inode)) {
                        wanted.add(inode, heir);
                    }
                }
            }
        }
    }
}
