package dev.berth.supervise;

import dev.berth.net.DiagQuery;
import dev.berth.net.Holder;
import dev.berth.net.Holders;
import dev.berth.net.ProcessList;
import dev.berth.net.Protocol;
import dev.berth.net.SockDiag;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpState;
import dev.berth.sys.SockAddr;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/// Finds sockets that are not ours on the shared ports: members of a group, which take a share of
/// its connections, and listeners on a more specific address, which take all of theirs.
final class Strangers {
    private final SocketRegistry registry;
    private final int uid;
    private final Set<Long> known = new HashSet<>();
    private List<Status.Stranger> found = List.of();

    Strangers(SocketRegistry registry, int uid) {
        this.registry = registry;
        this.uid = uid;
    }

    List<Status.Stranger> found() {
        return found;
    }

    /// Looks again. Returns those that were not there at the last look.
    List<Status.Stranger> look(SockDiag diag) throws IOException {
        List<SocketRow> rows = new ArrayList<>();
        Map<Protocol, Set<Integer>> ports =
                Map.of(Protocol.TCP, new HashSet<>(), Protocol.UDP, new HashSet<>());
        for (Group group : registry.groups()) {
            Set<Integer> seen = ports.getOrDefault(group.key().protocol(), Set.of());
            if (seen.add(group.key().address().port())) {
                rows.addAll(rows(diag, group.key()));
            }
        }
        rows.removeIf(row -> registry.byInode(row.inode()).isPresent());
        if (rows.isEmpty()) {
            known.clear();
            found = List.of();
            return List.of();
        }
        return name(rows);
    }

    private static List<SocketRow> rows(SockDiag diag, GroupKey key) throws IOException {
        DiagQuery query = DiagQuery.all(key.protocol()).withLocalPort(key.address().port());
        return diag.dump(
                key.protocol() == Protocol.TCP ? query.withStates(TcpState.LISTEN) : query);
    }

    private List<Status.Stranger> name(List<SocketRow> rows) {
        List<Status.Stranger> all = new ArrayList<>();
        List<Status.Stranger> fresh = new ArrayList<>();
        Set<Long> inodes = new HashSet<>();
        Map<Long, List<Holder>> holders = Holders.everywhere();
        for (SocketRow row : rows) {
            String effect = effect(row, registry.groups());
            if (effect.isEmpty()) {
                continue;
            }
            Status.Stranger stranger = stranger(row, holders.get(row.inode()), effect);
            all.add(stranger);
            inodes.add(row.inode());
            if (!known.contains(row.inode())) {
                fresh.add(stranger);
            }
        }
        known.clear();
        known.addAll(inodes);
        found = List.copyOf(all);
        return fresh;
    }

    private static Status.Stranger stranger(
            SocketRow row, @org.jspecify.annotations.Nullable List<Holder> holders, String effect) {
        String listen = row.protocol().text() + "://" + row.local();
        if (holders == null || holders.isEmpty()) {
            String owner = "uid " + row.uid();
            return new Status.Stranger(listen, OptionalInt.empty(), owner, row.inode(), effect);
        }
        int pid = holders.getFirst().pid();
        String command = ProcessList.command(pid);
        return new Status.Stranger(listen, OptionalInt.of(pid), command, row.inode(), effect);
    }

    /// What the stranger does to a group; empty if nothing.
    private String effect(SocketRow row, Collection<Group> groups) {
        for (Group group : groups) {
            GroupKey key = group.key();
            if (key.protocol() != row.protocol() || key.address().port() != row.local().port()) {
                continue;
            }
            boolean sameAddress = key.address().equals(row.local());
            if (sameAddress && row.uid() == uid && row.device() == key.device()) {
                return "is a member of the group";
            }
            if (key.address().wildcard() && !row.local().wildcard() && sameFamily(key, row)) {
                return "takes every connection to its address";
            }
        }
        return "";
    }

    private static boolean sameFamily(GroupKey key, SocketRow row) {
        boolean four = row.local() instanceof SockAddr.Inet4;
        return four
                ? key.address() instanceof SockAddr.Inet4 || !key.v6only()
                : key.address() instanceof SockAddr.Inet6;
    }
}
