package dev.berth.inspect;

import dev.berth.net.Addresses;
import dev.berth.net.Protocol;
import dev.berth.sys.SockAddr;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Finds out what would help against an address in use. A fix is proposed only if the rules, tried
/// on the sockets as they would then be, let the bind through.
final class Remedies {
    private static final List<String> INET = List.of("127.0.0.1", "127.0.0.2", "127.0.0.3");
    private static final int MOST_NAMED = 5;
    private static final int NEAR = 16;
    private static final int LAST_PORT = 0xffff;

    private final BindRequest request;
    private final BindEnvironment environment;
    private final BindContext context;
    private final List<ObservedSocket> inTheWay;
    private final List<String> sentences = new ArrayList<>();

    Remedies(BindRequest request, BindEnvironment environment, BindContext context) {
        this.request = request;
        this.environment = environment;
        this.context = context;
        this.inTheWay = context.conflicts(ObservedSocket::strict);
    }

    List<String> sentences() {
        own();
        shared();
        uid();
        device();
        kernel();
        waiting();
        addresses();
        nextPort();
        stopping();
        return sentences;
    }

    private void add(boolean works, String sentence) {
        if (works) {
            sentences.add(sentence);
        }
    }

    /// Options of the new socket only.
    private void own() {
        boolean port = context.with(context.wanted().withReuseport(true)).passes();
        boolean addr = context.with(context.wanted().withReuseaddr(true)).passes();
        add(addr, "set SO_REUSEADDR on your socket: works, the others have it and do not listen");
        add(port, "set SO_REUSEPORT on your socket: works, the others have it and your uid");
        boolean dual = request.where() instanceof SockAddr.Inet6 six && six.wildcard();
        if (dual && !request.v6only()) {
            add(
                    context.with(context.wanted().withV6only(true)).passes(),
                    "set IPV6_V6ONLY on your socket: works, it then accepts IPv6 only");
        }
    }

    /// Options of both sockets; those of a closed connection can no longer be changed.
    private void shared() {
        boolean ownPort = context.with(context.wanted().withReuseport(true)).passes();
        boolean ownAddr = context.with(context.wanted().withReuseaddr(true)).passes();
        if (!ownPort && both(socket -> socket.withReuseport(true))) {
            sentences.add("set SO_REUSEPORT on both: works, same uid");
        }
        OpenPortRemedy.sentence(request, context).ifPresent(sentences::add);
        if (!ownAddr && both(socket -> socket.withReuseaddr(true))) {
            sentences.add(
                    request.protocol() == Protocol.UDP
                            ? "set SO_REUSEADDR on both: works, but the last to bind then receives"
                                    + " all datagrams to an address"
                            : "set SO_REUSEADDR on both: works as long as the other socket does not"
                                    + " listen");
        }
    }

    private boolean both(UnaryOperator<RuleSocket> option) {
        BindContext changed = context.with(option.apply(context.wanted()));
        return changed.passes(
                other ->
                        Optional.of(
                                other.socket().changeable() && inTheWay.contains(other)
                                        ? option.apply(other.strict())
                                        : other.strict()));
    }

    private void uid() {
        List<Integer> uids =
                inTheWay.stream().map(other -> other.strict().uid()).distinct().toList();
        if (uids.size() != 1 || uids.getFirst() == request.uid() || !request.reuseport()) {
            return;
        }
        int uid = uids.getFirst();
        add(
                context.with(context.wanted().withUid(uid)).passes(),
                "run yours as uid " + uid + ": works, SO_REUSEPORT is shared per uid");
    }

    private void device() {
        if (context.wanted().device() != 0) {
            return;
        }
        List<Integer> devices =
                inTheWay.stream().map(other -> other.strict().device()).distinct().toList();
        boolean bound = devices.size() == 1 && devices.getFirst() != 0;
        int another = bound ? devices.getFirst() + 1 : 0;
        add(
                bound && context.with(context.wanted().withDevice(another)).passes(),
                "bind your socket to another device (SO_BINDTODEVICE): works, the other is on "
                        + inTheWay.getFirst().socket().deviceName().orElse("one"));
    }

    /// A socket that the kernel opened for itself can only go together with its purpose.
    private void kernel() {
        inTheWay.stream()
                .map(other -> other.socket().missing().remedy())
                .filter(remedy -> !remedy.isEmpty())
                .distinct()
                .forEach(remedy -> add(context.passes(other -> without(other, remedy)), remedy));
    }

    private static Optional<RuleSocket> without(ObservedSocket other, String remedy) {
        return other.socket().missing().remedy().equals(remedy)
                ? Optional.empty()
                : Optional.of(other.strict());
    }

    private void waiting() {
        OptionalLong millis =
                inTheWay.stream()
                        .filter(Remedies::kept)
                        .mapToLong(other -> other.socket().timeWaitMillis().orElse(60_000))
                        .max();
        boolean works =
                millis.isPresent()
                        && context.passes(
                                other ->
                                        kept(other)
                                                ? Optional.empty()
                                                : Optional.of(other.strict()));
        if (works) {
            sentences.add(
                    ("wait %s s for %s; it is not in the way if the listener that was"
                                    + " there before, and yours, both set SO_REUSEADDR")
                            .formatted(Math.ceilDiv(millis.getAsLong(), 1000), states()));
        }
    }

    /// `TIME_WAIT` or `FIN_WAIT2` or both: the states of closed connections that are kept.
    private String states() {
        return inTheWay.stream()
                .filter(Remedies::kept)
                .map(other -> other.socket().state().name())
                .distinct()
                .sorted()
                .collect(Collectors.joining(" and "));
    }

    private static boolean kept(ObservedSocket other) {
        return other.strict().stage() == SocketStage.TIME_WAIT;
    }

    private void addresses() {
        boolean inet = NormalizedAddress.of(request.where()).inet4();
        List<String> hosts = inet ? INET : List.of("::1");
        for (String host : hosts) {
            SockAddr.Inet plain = Addresses.of(host, request.where().port());
            SockAddr.Inet address =
                    plain instanceof SockAddr.Inet4 four && !context.wanted().inet()
                            ? SockAddr.Inet6.mapped(four)
                            : plain;
            RuleSocket moved = request.withAddress(address).socket(environment.device());
            if (context.with(moved).passes() && environment.has(address)) {
                sentences.add(
                        ("bind %s: works; only clients on this machine that use that"
                                        + " address can reach it")
                                .formatted(address.host()));
                return;
            }
        }
    }

    /// A port without any socket, whatever its address.
    private void nextPort() {
        int port = request.where().port();
        IntStream.rangeClosed(port + 1, Math.min(port + NEAR, LAST_PORT))
                .filter(environment.free())
                .findFirst()
                .ifPresent(free -> sentences.add("bind port " + free + ": it is free"));
    }

    /// Connections of a process that ends remain for a while without it.
    private void stopping() {
        Map<Integer, Owner> owners = new TreeMap<>();
        for (ObservedSocket other : inTheWay) {
            other.socket().owners().forEach(owner -> owners.put(owner.pid(), owner));
        }
        if (owners.isEmpty() || owners.size() > MOST_NAMED) {
            return;
        }
        String names =
                owners.values().stream().map(Owner::text).collect(Collectors.joining(" and "));
        if (context.passes(stopped(owners, true))) {
            sentences.add("stop " + names);
        } else if (context.passes(stopped(owners, false))) {
            sentences.add("stop " + names + ", then wait up to 60 s for its connections to end");
        }
    }

    private static Function<ObservedSocket, Optional<RuleSocket>> stopped(
            Map<Integer, Owner> owners, boolean connectionsStay) {
        return other -> {
            boolean all =
                    other.held()
                            && !other.socket().owners().isEmpty()
                            && other.socket().owners().stream()
                                    .allMatch(owner -> owners.containsKey(owner.pid()));
            boolean queued = !other.held() && other.strict().stage() == SocketStage.CONNECTED;
            boolean connection = other.strict().stage().hasPeer();
            if (connection && connectionsStay && all) {
                return Optional.of(other.strict().withStage(SocketStage.TIME_WAIT));
            }
            boolean goes = all || queued || (!connectionsStay && connection);
            return goes ? Optional.empty() : Optional.of(other.strict());
        };
    }
}
