package dev.berth.supervise.watch;

import dev.berth.net.BoundAddress;
import dev.berth.net.CommandText;
import dev.berth.net.DiagQuery;
import dev.berth.net.Holder;
import dev.berth.net.Holders;
import dev.berth.net.ProcessList;
import dev.berth.net.Protocol;
import dev.berth.net.SocketLookup;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpState;
import dev.berth.supervise.contract.Status;
import dev.berth.supervise.control.ControlClient;
import dev.berth.supervise.control.RuntimeDirectory;
import dev.berth.supervise.process.BackgroundExecutor;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.supervise.steering.ListenerRegistry;
import dev.berth.supervise.steering.ReuseportGroup;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Finds foreign sockets on the shared ports: members of a group, which take a share of its
/// connections, and listeners on a more specific address, which take all connections to it.
public final class ForeignSockets {
    private static final int MOST_COMMAND = 100;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private final ListenerRegistry registry;
    private final int uid;
    private Set<Long> suspects = Set.of();
    private Set<Long> known = Set.of();
    private List<Status.ForeignSocket> found = List.of();

    public ForeignSockets(ListenerRegistry registry, int uid) {
        this.registry = registry;
        this.uid = uid;
    }

    List<Status.ForeignSocket> found() {
        return found;
    }

    /// Checks again.
    ///
    /// @param scanExecutor finds out which processes hold them
    /// @param fresh called by the owner thread with the new ones: those seen for the second time,
    ///   as a worker's own socket may exist for a moment before it is known
    void scan(
            SocketLookup diag,
            BackgroundExecutor scanExecutor,
            Consumer<List<Status.ForeignSocket>> fresh)
            throws IOException {
        Map<Protocol, Map<Integer, List<GroupKey>>> shared = shared();
        List<Suspect> seen = new ArrayList<>();
        for (Map.Entry<Protocol, Map<Integer, List<GroupKey>>> each : shared.entrySet()) {
            for (SocketRow row : rows(diag, each.getKey(), each.getValue().keySet())) {
                int port = row.local().port();
                String effect = effect(row, each.getValue().getOrDefault(port, List.of()), uid);
                if (!effect.isEmpty() && !registry.has(row.inode())) {
                    seen.add(new Suspect(row, effect));
                }
            }
        }
        Set<Long> before = suspects;
        suspects = inodes(seen);
        seen.removeIf(suspect -> !before.contains(suspect.row().inode()));
        Set<Long> inodes = inodes(seen);
        if (inodes.equals(known)) {
            return;
        }
        // Their owners are looked up only when the sockets change: that takes a walk through all of
        // /proc.
        Set<Long> old = known;
        known = Set.copyOf(inodes);
        scanExecutor.attempt(() -> named(seen), answer -> found(answer, seen, old, fresh));
    }

    private record Suspect(SocketRow row, String effect) {}

    private static Set<Long> inodes(List<Suspect> suspects) {
        return suspects.stream().map(each -> each.row().inode()).collect(Collectors.toSet());
    }

    private void found(
            Optional<List<Status.ForeignSocket>> answer,
            List<Suspect> seen,
            Set<Long> old,
            Consumer<List<Status.ForeignSocket>> fresh) {
        found =
                answer.orElseGet(
                        () -> seen.stream().map(each -> foreignSocket(each, List.of())).toList());
        List<Status.ForeignSocket> fromNow =
                found.stream()
                        .filter(foreignSocket -> !old.contains(foreignSocket.inode()))
                        .toList();
        fresh.accept(fromNow);
    }

    private static List<Status.ForeignSocket> named(List<Suspect> suspects) {
        Map<Long, List<Holder>> holders = suspects.isEmpty() ? Map.of() : Holders.everywhere();
        return suspects.stream()
                .map(
                        each ->
                                foreignSocket(
                                        each, holders.getOrDefault(each.row().inode(), List.of())))
                .toList();
    }

    /// The groups by protocol and port.
    private Map<Protocol, Map<Integer, List<GroupKey>>> shared() {
        Map<Protocol, Map<Integer, List<GroupKey>>> shared = new EnumMap<>(Protocol.class);
        for (ReuseportGroup group : registry.groups()) {
            GroupKey key = group.key();
            shared.computeIfAbsent(key.protocol(), _ -> new HashMap<>())
                    .computeIfAbsent(key.address().port(), _ -> new ArrayList<>())
                    .add(key);
        }
        return shared;
    }

    private static List<SocketRow> rows(SocketLookup diag, Protocol protocol, Set<Integer> ports)
            throws IOException {
        DiagQuery every =
                protocol == Protocol.TCP
                        ? DiagQuery.all(protocol).withStates(TcpState.LISTEN)
                        : DiagQuery.all(protocol);
        return diag.dump(every, ports);
    }

    private static Status.ForeignSocket foreignSocket(Suspect suspect, List<Holder> holders) {
        SocketRow row = suspect.row();
        String listen = row.protocol().text() + "://" + row.local();
        if (holders.isEmpty()) {
            String owner = "uid " + row.uid();
            return new Status.ForeignSocket(
                    listen, OptionalInt.empty(), owner, row.inode(), suspect.effect());
        }
        int pid = holders.getFirst().pid();
        return new Status.ForeignSocket(
                listen, OptionalInt.of(pid), who(pid), row.inode(), suspect.effect());
    }

    /// The command line, shortened; preceded by the name of the supervisor whose worker it is, if
    /// it is one.
    private static String who(int pid) {
        String command = CommandText.shortened(ProcessList.command(pid), MOST_COMMAND);
        return supervisor(pid)
                .map(name -> "a worker of berth " + name + ": " + command)
                .orElse(command);
    }

    private static Optional<String> supervisor(int pid) {
        Optional<String> given = ProcessList.variable(pid, "BERTH_NAME");
        return given.isPresent()
                ? given.filter(name -> NAME.matcher(name).matches())
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
            // Then only its command identifies it.
        }
        return Optional.empty();
    }

    /// What the foreign socket does to one of the groups on its port; empty if nothing.
    ///
    /// @param uid of the groups' sockets
    static String effect(SocketRow row, List<GroupKey> keys, int uid) {
        BoundAddress its = BoundAddress.of(row);
        for (GroupKey key : keys) {
            BoundAddress ours = key.bound();
            boolean same = ours.address().equals(its.address()) && ours.device() == its.device();
            if (same && row.uid() == uid && row.v6only().orElse(key.v6only()) == key.v6only()) {
                return "is a member of the group";
            }
            if (key.address().wildcard() && !row.local().wildcard() && ours.coversAddress(its)) {
                return "takes every connection to its address";
            }
        }
        return "";
    }
}
