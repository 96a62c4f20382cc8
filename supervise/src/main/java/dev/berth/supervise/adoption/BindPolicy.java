package dev.berth.supervise.adoption;

import dev.berth.net.BoundAddress;
import dev.berth.net.ListenAddress;
import dev.berth.net.Protocol;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.sys.Errno;
import dev.berth.sys.SockAddr;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Decides which binds of a worker count. Pure: the decision depends on one copied address.
public final class BindPolicy {
    private static final int FIRST_UNPRIVILEGED = 1024;

    /// The most unnamed addresses of a worker that are shared.
    static final int MOST_UNNAMED = 64;

    private BindPolicy() {}

    /// The answer to a bind(2).
    sealed interface Decision {
        /// The kernel carries it out, as if Berth were not there.
        record Pass() implements Decision {}

        /// The supervisor binds the socket as a member of the group of that address.
        record Share() implements Decision {}

        /// The supervisor binds the socket to the slot's own port.
        record Own(SockAddr.Inet address) implements Decision {}

        /// The bind fails.
        record Refuse(Errno errno, String why) implements Decision {}
    }

    /// Decides about one bind.
    ///
    /// @param counted the addresses that the worker shares already
    /// @param ready whether the worker is in service, so that new addresses no longer count
    static Decision decide(
            ServiceSpec spec,
            int slot,
            Protocol protocol,
            SockAddr.Inet address,
            boolean ready,
            Collection<ListenAddress> counted) {
        if (address.port() == 0) {
            return new Decision.Pass();
        }
        if (protocol == Protocol.TCP && spec.privatePorts().contains(address.port())) {
            return own(slot, address);
        }
        boolean named = names(spec, protocol, address);
        boolean known = counted.contains(new ListenAddress(protocol, address));
        boolean open = unnamed(spec, protocol, ready) && !full(counted);
        if (!named && !known && !open) {
            return new Decision.Pass();
        }
        boolean low = spec.user().isPresent() && address.port() < FIRST_UNPRIVILEGED;
        if (low && !lists(spec, protocol, address)) {
            return new Decision.Refuse(
                    Errno.EACCES,
                    ("port %s is below 1024 and the worker runs as %s: name the address"
                                    + " with -l to allow it")
                            .formatted(address.port(), spec.user().get().name()));
        }
        return new Decision.Share();
    }

    /// Whether a new address counts although the user did not name it.
    private static boolean unnamed(ServiceSpec spec, Protocol protocol, boolean ready) {
        return !spec.named() && protocol == Protocol.TCP && !ready;
    }

    /// Whether a worker has as many addresses as are shared without a name: a program that opens
    /// hundreds of ports (media, passive FTP) does not want all of them shared.
    static boolean full(Collection<ListenAddress> counted) {
        return counted.size() >= MOST_UNNAMED;
    }

    private static Decision own(int slot, SockAddr.Inet address) {
        int port = address.port() + slot;
        return port > 0xffff
                ? new Decision.Refuse(Errno.EINVAL, "no port " + port + " for slot " + slot)
                : new Decision.Own(address.withPort(port));
    }

    /// Whether `-p` or `-l` names the address.
    static boolean names(ServiceSpec spec, Protocol protocol, SockAddr.Inet address) {
        boolean port = protocol == Protocol.TCP && spec.ports().contains(address.port());
        return port || lists(spec, protocol, address);
    }

    /// Whether `-l` names the address in full.
    private static boolean lists(ServiceSpec spec, Protocol protocol, SockAddr.Inet address) {
        return spec.listen().stream()
                .anyMatch(
                        named ->
                                named.protocol() == protocol
                                        && sameForUsers(named.address(), address));
    }

    /// Whether two addresses mean the same to users: all wildcards are the same, and a mapped IPv4
    /// address is the IPv4 address.
    static boolean sameForUsers(SockAddr.Inet a, SockAddr.Inet b) {
        return a.port() == b.port()
                && (a.unmapped().equals(b.unmapped())
                        || a.unmapped().wildcard() && b.unmapped().wildcard());
    }

    /// Whether `bound` covers everything that the user named; if nothing is named, any one address
    /// is enough.
    public static boolean complete(ServiceSpec spec, Collection<GroupKey> bound) {
        return spec.named()
                ? missing(spec, bound).isEmpty()
                : bound.stream().anyMatch(key -> !key.own());
    }

    /// The options whose addresses `bound` does not cover: `-p 8080`, `-l udp://0.0.0.0:53`.
    ///
    /// Must be fast: a worker may have a thousand of each, and this is called for each one that it
    /// adds.
    public static List<String> missing(ServiceSpec spec, Collection<GroupKey> bound) {
        Map<Integer, List<GroupKey>> shared =
                bound.stream()
                        .filter(key -> !key.own())
                        .collect(Collectors.groupingBy(key -> key.address().port()));
        Stream<String> ports =
                spec.ports().stream()
                        .filter(port -> none(shared, port, key -> key.protocol() == Protocol.TCP))
                        .map(port -> "-p " + port);
        Stream<String> addresses =
                spec.listen().stream()
                        .filter(
                                named ->
                                        none(
                                                shared,
                                                named.address().port(),
                                                key -> isNamed(key, named)))
                        .map(named -> "-l " + named);
        return Stream.concat(ports, addresses).toList();
    }

    private static boolean none(
            Map<Integer, List<GroupKey>> byPort, int port, Predicate<GroupKey> what) {
        return byPort.getOrDefault(port, List.of()).stream().noneMatch(what);
    }

    /// Whether a worker that listens on `bound` can take over from the workers in service on
    /// `served`: it shares a port with them, or there are none.
    public static boolean canReplace(Collection<GroupKey> bound, Collection<GroupKey> served) {
        Set<List<Object>> ports =
                bound.stream()
                        .filter(key -> !key.own())
                        .map(BindPolicy::port)
                        .collect(Collectors.toSet());
        return served.isEmpty() || served.stream().anyMatch(old -> ports.contains(port(old)));
    }

    /// The addresses in `served` that would be left without a listener by a worker that listens on
    /// `bound`.
    ///
    /// A wildcard covers every address of its family and port. `[::]` without IPv6-only covers both
    /// families, and so do the two wildcards together.
    public static List<GroupKey> uncovered(
            Collection<GroupKey> bound, Collection<GroupKey> served) {
        Map<List<Object>, List<BoundAddress>> reached =
                bound.stream()
                        .filter(key -> !key.own())
                        .collect(
                                Collectors.groupingBy(
                                        BindPolicy::port,
                                        Collectors.mapping(GroupKey::bound, Collectors.toList())));
        return served.stream()
                .filter(old -> !old.own())
                .filter(old -> !covered(old, reached.getOrDefault(port(old), List.of())))
                .toList();
    }

    private static boolean covered(GroupKey key, List<BoundAddress> reached) {
        return key.bound().byFamily().stream()
                .allMatch(part -> reached.stream().anyMatch(other -> other.covers(part)));
    }

    private static List<Object> port(GroupKey key) {
        return List.of(key.protocol(), key.address().port());
    }

    private static boolean isNamed(GroupKey key, ListenAddress named) {
        return key.protocol() == named.protocol() && sameForUsers(key.address(), named.address());
    }
}
