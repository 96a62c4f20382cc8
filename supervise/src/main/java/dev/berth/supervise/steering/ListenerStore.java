package dev.berth.supervise.steering;

import dev.berth.supervise.contract.WorkerId;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The workers' sockets, by inode, owner and address.
///
/// **Ownership:** the code that removes a socket closes it; [#close] closes those that remain.
final class ListenerStore {
    private final Map<Long, HeldSocket> sockets = new LinkedHashMap<>();
    private final Map<WorkerId, Set<HeldSocket>> byOwner = new HashMap<>();
    private final Map<GroupKey, Set<HeldSocket>> byKey = new HashMap<>();

    Optional<HeldSocket> byInode(long inode) {
        return Optional.ofNullable(sockets.get(inode));
    }

    /// The sockets of a live worker.
    List<HeldSocket> of(WorkerId owner) {
        return byOwner.getOrDefault(owner, Set.of()).stream()
                .filter(socket -> !socket.orphan())
                .toList();
    }

    /// The sockets on one address, including those of dead workers.
    Set<HeldSocket> at(GroupKey key) {
        return byKey.getOrDefault(key, Set.of());
    }

    /// All sockets, including those of dead workers.
    List<HeldSocket> all() {
        return List.copyOf(sockets.values());
    }

    void add(HeldSocket socket) {
        sockets.put(socket.inode(), socket);
        put(byOwner, socket.owner(), socket);
        put(byKey, socket.key(), socket);
    }

    void remove(HeldSocket socket) {
        sockets.remove(socket.inode());
        drop(byOwner, socket.owner(), socket);
        drop(byKey, socket.key(), socket);
    }

    /// Runs `change`, which may give the socket another owner.
    void changeOwner(HeldSocket socket, Runnable change) {
        drop(byOwner, socket.owner(), socket);
        change.run();
        put(byOwner, socket.owner(), socket);
    }

    private static <K> void put(Map<K, Set<HeldSocket>> index, K key, HeldSocket socket) {
        index.computeIfAbsent(key, _ -> new LinkedHashSet<>()).add(socket);
    }

    private static <K> void drop(Map<K, Set<HeldSocket>> index, K key, HeldSocket socket) {
        Set<HeldSocket> found = index.get(key);
        if (found != null && found.remove(socket) && found.isEmpty()) {
            index.remove(key);
        }
    }

    /// Closes all sockets.
    void close() {
        sockets.values().forEach(socket -> socket.fd().close());
        sockets.clear();
        byOwner.clear();
        byKey.clear();
    }
}
