package dev.berth.inspect;

import dev.berth.net.Protocol;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Puts sockets into reuseport groups as the kernel does: same network namespace, protocol, port,
/// family, IPV6_V6ONLY, exact address, device and uid, and SO_REUSEPORT on each.
///
/// If SO_REUSEPORT could not be read, it is inferred: several TCP sockets that listen on an address
/// that the kernel would not let them share without the option must all have it.
///
/// **Source:** net/ipv4/inet_hashtables.c `inet_reuseport_add_sock`
final class ReuseportGrouping {
    private final OwnerFamilies families;
    private final Map<String, List<Integer>> places = new LinkedHashMap<>();

    record Result(List<PortSocket> sockets, List<PortGroup> groups) {}

    ReuseportGrouping(OwnerFamilies families) {
        this.families = families;
    }

    Result of(List<PortSocket> sockets) {
        List<PortSocket> all = new ArrayList<>(sockets);
        List<PortGroup> groups = new ArrayList<>();
        for (int place = 0; place < all.size(); place++) {
            if (mayShare(all.get(place))) {
                places.computeIfAbsent(key(all.get(place)), _ -> new ArrayList<>()).add(place);
            }
        }
        places.values().forEach(members -> infer(all, members));
        for (List<Integer> candidates : places.values()) {
            List<Integer> members =
                    candidates.stream()
                            .filter(place -> all.get(place).reuseport().orElse(false))
                            .toList();
            if (!members.isEmpty()) {
                groups.add(group(all, members, groups.size() + 1));
            }
        }
        return new Result(all, groups);
    }

    /// A bound TCP socket joins its group only when it listens; a connected UDP socket has left its
    /// group.
    private static boolean mayShare(PortSocket socket) {
        return socket.listening() && socket.inode() != 0;
    }

    /// A text, because the code that compares records is generated on first use: some 10 ms.
    private static String key(PortSocket socket) {
        return socket.netns()
                + " "
                + socket.protocol()
                + " "
                + socket.local()
                + " "
                + socket.v6only().orElse(false)
                + " "
                + socket.device()
                + " "
                + socket.uid();
    }

    private static void infer(List<PortSocket> all, List<Integer> members) {
        boolean several = members.size() > 1;
        for (int place : members) {
            PortSocket socket = all.get(place);
            if (several && socket.protocol() == Protocol.TCP && socket.reuseport().isEmpty()) {
                all.set(place, socket.withOptions(socket.options().withReuseportInferred(true)));
            }
        }
    }

    private PortGroup group(List<PortSocket> all, List<Integer> members, int id) {
        members.forEach(place -> all.set(place, all.get(place).withGroup(id)));
        List<PortSocket> sockets = members.stream().map(all::get).toList();
        List<PortSocket> foreign = sockets.size() > 1 ? families.foreign(sockets) : List.of();
        return new PortGroup(id, sockets.size(), foreign);
    }
}
