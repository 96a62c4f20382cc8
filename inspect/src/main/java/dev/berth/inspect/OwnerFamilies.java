package dev.berth.inspect;

import dev.berth.net.ProcessEntry;
import dev.berth.net.ProcessList;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;

/// Finds out which members of a group belong together: those that have an owner in common, those
/// where one's owner descends from the other's, and those whose owners have the same parent.
///
/// If a socket has several owners, only the youngest generation counts for the parent, since a
/// supervisor that holds its workers' sockets may be a sibling of an unrelated process. Processes
/// whose parent has ended belong together if they are in the same systemd service.
final class OwnerFamilies {
    private static final int INIT = 1;

    private final IntFunction<Optional<ProcessEntry>> processes;
    private final Map<Integer, Integer> parents = new HashMap<>();

    OwnerFamilies() {
        this(ProcessList::of);
    }

    /// @param processes looks up a process, replaceable in tests
    OwnerFamilies(IntFunction<Optional<ProcessEntry>> processes) {
        this.processes = processes;
    }

    /// The members that do not belong to the largest family, or to the first of several equally
    /// large ones; members without a known owner are left out.
    List<PortSocket> foreign(List<PortSocket> members) {
        List<List<PortSocket>> families = new ArrayList<>();
        for (PortSocket member : members) {
            if (!member.owners().isEmpty()) {
                join(families, member);
            }
        }
        List<PortSocket> greatest = List.of();
        for (List<PortSocket> family : families) {
            greatest = family.size() > greatest.size() ? family : greatest;
        }
        List<PortSocket> own = greatest;
        return families.stream()
                .filter(family -> !family.equals(own))
                .flatMap(List::stream)
                .toList();
    }

    private void join(List<List<PortSocket>> families, PortSocket member) {
        List<PortSocket> joined = new ArrayList<>();
        List<List<PortSocket>> kin =
                families.stream()
                        .filter(family -> family.stream().anyMatch(m -> related(m, member)))
                        .toList();
        kin.forEach(joined::addAll);
        joined.add(member);
        int at = kin.isEmpty() ? families.size() : families.indexOf(kin.getFirst());
        families.removeAll(kin);
        families.add(at, joined);
    }

    private boolean related(PortSocket a, PortSocket b) {
        Set<Integer> first = pids(a);
        Set<Integer> second = pids(b);
        if (first.stream().anyMatch(second::contains)) {
            return true;
        }
        for (Owner one : leafOwners(a)) {
            for (Owner other : leafOwners(b)) {
                if (related(one, other)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean related(Owner a, Owner b) {
        if (ancestors(a.pid()).contains(b.pid()) || ancestors(b.pid()).contains(a.pid())) {
            return true;
        }
        int parent = parent(a.pid());
        if (parent != parent(b.pid())) {
            return false;
        }
        boolean service = a.unit().isPresent() && a.unit().get().endsWith(".service");
        return parent > INIT || (service && a.unit().equals(b.unit()));
    }

    private static Set<Integer> pids(PortSocket socket) {
        Set<Integer> pids = new HashSet<>();
        socket.owners().forEach(owner -> pids.add(owner.pid()));
        return pids;
    }

    /// The owners that are not an ancestor of another owner.
    private List<Owner> leafOwners(PortSocket socket) {
        Set<Integer> elders = new HashSet<>();
        socket.owners().forEach(owner -> elders.addAll(ancestors(owner.pid())));
        return socket.owners().stream().filter(owner -> !elders.contains(owner.pid())).toList();
    }

    /// From the parent up, without init.
    private Set<Integer> ancestors(int pid) {
        Set<Integer> ancestors = new HashSet<>();
        int at = parent(pid);
        while (at > INIT && ancestors.add(at)) {
            at = parent(at);
        }
        return ancestors;
    }

    private int parent(int pid) {
        return parents.computeIfAbsent(
                pid, p -> processes.apply(p).map(ProcessEntry::parent).orElse(0));
    }
}
