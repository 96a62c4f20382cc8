package dev.berth.supervise.watch;

import dev.berth.net.CommandText;
import dev.berth.net.DiagQuery;
import dev.berth.net.Holder;
import dev.berth.net.Holders;
import dev.berth.net.ProcessList;
import dev.berth.net.Protocol;
import dev.berth.net.SockDiag;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpState;
import dev.berth.supervise.contract.Status;
import dev.berth.supervise.control.ControlClient;
import dev.berth.supervise.control.RuntimeDirectory;
import dev.berth.supervise.steering.Group;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.supervise.steering.SocketRegistry;
import dev.berth.sys.SockAddr;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Finds sockets that are not ours on the shared ports: members of a group, which take a share of
/// its connections, and listeners on a more specific address, which take all of theirs.
public final class Strangers {
    private static final int MOST_COMMAND = 100;
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private final SocketRegistry registry;
    private final int uid;
    private Set<Long> suspects = Set.of();
    private Set<Long> known = Set.of();
    private List<Status.Stranger> found = List.of();

    public Strangers(SocketRegistry registry, int uid) {
        this.registry = registry;
        this.uid = uid;
    }

    List<Status.Stranger> found() {
        return found;
    }

    /// Looks again. Returns those that are new: there for the second time, as a worker's own socket
    /// may be there for a moment before it is known.
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
        rows.removeIf(row -> registry.has(row.inode()) || effect(row).isEmpty());
        Set<Long> before = suspects;
        suspects = rows.stream().map(SocketRow::inode).collect(Collectors.toSet());
        rows.removeIf(row -> !before.contains(row.inode()));
        Set<Long> inodes = rows.stream().map(SocketRow::inode).collect(Collectors.toSet());
        if (inodes.equals(known)) {
            return List.of();
        }
        // Who holds them is looked up only when they change: that takes a walk through all of
        // /proc.
        return name(rows, inodes);
    }

    private static List<SocketRow> rows(SockDiag diag, GroupKey key) throws IOException {
        DiagQuery query = DiagQuery.all(key.protocol()).withLocalPort(key.address().port());
        return diag.dump(
                key.protocol() == Protocol.TCP ? query.withStates(TcpState.LISTEN) : query);
    }

    private List<Status.Stranger> name(List<SocketRow> rows, Set<Long> inodes) {
        Map<Long, List<Holder>> holders = rows.isEmpty() ? Map.of() : Holders.everywhere();
        List<Status.Stranger> all = new ArrayList<>();
        List<Status.Stranger> fresh = new ArrayList<>();
        for (SocketRow row : rows) {
            Status.Stranger stranger =
                    stranger(row, holders.getOrDefault(row.inode(), List.of()), effect(row));
            all.add(stranger);
            if (!known.contains(row.inode())) {
                fresh.add(stranger);
            }
        }
        known = Set.copyOf(inodes);
        found = List.copyOf(all);
        return fresh;
    }

    private static Status.Stranger stranger(SocketRow row, List<Holder> holders, String effect) {
        String listen = row.protocol().text() + "://" + row.local();
        if (holders.isEmpty()) {
            String owner = "uid " + row.uid();
            return new Status.Stranger(listen, OptionalInt.empty(), owner, row.inode(), effect);
        }
        int pid = holders.getFirst().pid();
        return new Status.Stranger(listen, OptionalInt.of(pid), who(pid), row.inode(), effect);
    }

    /// The command line, short; before it whose worker it is, if it is one.
    private static String who(int pid) {
        String whole = CONTROL.matcher(ProcessList.command(pid)).replaceAll("?");
        String command = CommandText.shortened(whole, MOST_COMMAND);
        return supervisor(pid)
                .map(name -> "a worker of berth " + name + ": " + command)
                .orElse(command);
    }

    private static Optional<String> supervisor(int pid) {
        Optional<String> told = ProcessList.variable(pid, "BERTH_NAME");
        return told.isPresent()
                ? told.filter(name -> NAME.matcher(name).matches())
                : ProcessList.of(pid).flatMap(entry -> running(entry.parent()));
    }

    /// The name of the supervisor that is the process `pid`: some workers clear their environment.
    private static Optional<String> running(int pid) {
        try {
            for (String name : RuntimeDirectory.names()) {
                Path control = RuntimeDirectory.forName(name).resolve(RuntimeDirectory.CONTROL);
                if (ControlClient.listener(control).equals(OptionalInt.of(pid))) {
                    return Optional.of(name);
                }
            }
        } catch (IOException unreadable) {
            // Then it is told by its command alone.
        }
        return Optional.empty();
    }

    /// What the stranger does to a group; empty if nothing.
    private String effect(SocketRow row) {
        for (Group group : registry.groups()) {
            GroupKey key = group.key();
            if (key.protocol() != row.protocol() || key.address().port() != row.local().port()) {
                continue;
            }
            boolean same = key.address().equals(row.local()) && row.device() == key.device();
            if (same && row.uid() == uid && row.v6only().orElse(key.v6only()) == key.v6only()) {
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
