package dev.berth.inspect;

import dev.berth.net.Addresses;
import dev.berth.net.Protocol;
import dev.berth.sys.SockAddr;
import dev.berth.sys.Sockets;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Generates random histories: every kind of step, few addresses and options, so that sockets
/// collide.
///
/// A connection is made only if it is certain which listener, or group of listeners, gets it.
public final class HistoryGenerator {
    private static final List<SockAddr.Inet> ADDRESSES =
            List.of(
                    address("0.0.0.0"),
                    address("127.0.0.1"),
                    address("127.0.0.2"),
                    address("127.0.0.6"),
                    address("::"),
                    address("::"),
                    address("::1"),
                    address("::ffff:127.0.0.1"),
                    address("::ffff:0.0.0.0"));
    private static final List<SockAddr.Inet> TARGETS =
            List.of(address("127.0.0.1"), address("127.0.0.2"), address("::1"));
    private static final int LEAST_STEPS = 3;
    private static final int MOST_STEPS = 18;

    /// More than the ten sockets beyond which UDP searches differently.
    private static final int MANY_STEPS = 36;

    private static final int OTHER_UID = 1000;

    /// The preferences of the sockets in one history, in percent.
    ///
    /// @param listen how many listen at once
    private record Taste(int reuseaddr, int reuseport, int listen) {
        static final List<Taste> ALL =
                List.of(new Taste(35, 50, 70), new Taste(35, 90, 70), new Taste(90, 20, 30));
    }

    private final RandomGenerator random;
    private final boolean uids;
    private int count;

    /// @param uids whether it may contain sockets with two uids, 0 and 1000
    public HistoryGenerator(RandomGenerator random, boolean uids) {
        this.random = random;
        this.uids = uids;
    }

    private static SockAddr.Inet address(String host) {
        return Addresses.of(host, 0);
    }

    /// Generates the next history.
    public History next(Protocol protocol) {
        List<HistoryStep> steps = new ArrayList<>();
        var model = new HistoryModel(protocol);
        int most = chance(10) && protocol == Protocol.UDP ? MANY_STEPS : MOST_STEPS;
        int rounds = random.nextInt(LEAST_STEPS, most);
        Taste taste = pick(Taste.ALL);
        count = 0;
        for (int i = 0; i < rounds; i++) {
            List<HistoryStep> more =
                    model.onPort().isEmpty() || chance(45)
                            ? newSocket(protocol, taste, "s" + count++)
                            : onOld(protocol, model);
            more.forEach(model::next);
            steps.addAll(more);
        }
        return new History("r" + Integer.toUnsignedString(random.nextInt()), protocol, steps);
    }

    /// The steps that create one socket of its kind, without a program.
    static List<HistoryStep> socket(RandomGenerator random, Protocol protocol, String id) {
        HistoryGenerator generator = new HistoryGenerator(random, true);
        return generator.newSocket(protocol, generator.pick(Taste.ALL), id).stream()
                .filter(step -> !(step instanceof HistoryStep.Attach))
                .toList();
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    private int uid() {
        return uids && chance(25) ? OTHER_UID : 0;
    }

    private List<HistoryStep> newSocket(Protocol protocol, Taste taste, String id) {
        SockAddr.Inet address = pick(ADDRESSES);
        boolean reuseport = chance(taste.reuseport());
        boolean dual = NormalizedAddress.of(address).inet4() || chance(60);
        List<HistoryStep> steps = new ArrayList<>();
        steps.add(
                new HistoryStep.Open(
                        id,
                        address.family(),
                        chance(taste.reuseaddr()),
                        reuseport,
                        address.family() == Sockets.AF_INET6 && !dual,
                        uid(),
                        chance(15)));
        if (reuseport && chance(3)) {
            steps.add(new HistoryStep.Attach(id));
        }
        steps.add(new HistoryStep.Bind(id, address));
        if (protocol == Protocol.TCP && chance(taste.listen())) {
            steps.add(new HistoryStep.Listen(id));
        }
        return steps;
    }

    private List<HistoryStep> onOld(Protocol protocol, HistoryModel model) {
        String id = pick(model.onPort().stream().sorted().toList());
        RuleSocket socket = model.socket(id);
        int dice = random.nextInt(100);
        if (dice < 20) {
            return List.of(new HistoryStep.Close(id));
        }
        if (dice < 45) {
            return List.of(change(id));
        }
        if (protocol == Protocol.UDP) {
            return peer(id, socket);
        }
        if (dice < 52 && !socket.program() && !socket.stage().hasPeer()) {
            return List.of(new HistoryStep.Shutdown(id));
        }
        if (dice < 65 && !socket.stage().hasPeer()) {
            return List.of(new HistoryStep.Listen(id));
        }
        if (dice < 80 && !model.clients().isEmpty()) {
            return end(pick(model.clients().stream().sorted().toList()), model);
        }
        return connect(model);
    }

    /// Ends a connection: the client first, the server first, or the server alone.
    private List<HistoryStep> end(String client, HistoryModel model) {
        Optional<String> accepted = model.peer(client);
        if (accepted.isEmpty() || chance(25)) {
            return List.of(new HistoryStep.Close(client));
        }
        HistoryStep server = new HistoryStep.Close(accepted.get());
        return chance(30) ? List.of(server) : List.of(server, new HistoryStep.Close(client));
    }

    private HistoryStep change(String id) {
        return switch (random.nextInt(uids ? 3 : 2)) {
            case 0 -> new HistoryStep.Change(id, flip(), Optional.empty(), Optional.empty());
            case 1 -> new HistoryStep.Change(id, Optional.empty(), flip(), Optional.empty());
            default ->
                    new HistoryStep.Change(
                            id, Optional.empty(), Optional.empty(), Optional.of(uid()));
        };
    }

    private Optional<Boolean> flip() {
        return Optional.of(random.nextBoolean());
    }

    private List<HistoryStep> peer(String id, RuleSocket socket) {
        SockAddr.Inet peer = pick(TARGETS);
        boolean mappedAny = !socket.inet() && socket.place().equals(NormalizedAddress.ANY4);
        boolean suits = HistoryModel.covers(socket, peer) && !mappedAny;
        if (socket.stage() != SocketStage.BOUND || (!socket.inet() && !suits) || !suits) {
            return List.of();
        }
        return List.of(
                new HistoryStep.Peer(
                        id,
                        !socket.inet() && peer instanceof SockAddr.Inet4 four
                                ? SockAddr.Inet6.mapped(four)
                                : peer));
    }

    private List<HistoryStep> connect(HistoryModel model) {
        List<String> listeners =
                model.onPort().stream()
                        .filter(id -> model.socket(id).stage() == SocketStage.LISTENING)
                        .sorted()
                        .toList();
        if (listeners.isEmpty()) {
            return List.of();
        }
        String id = pick(listeners);
        RuleSocket listener = model.socket(id);
        SockAddr.Inet via = pick(TARGETS);
        if (!HistoryModel.covers(listener, via) || !sure(listener, via, model)) {
            return List.of();
        }
        String suffix = Integer.toString(count++);
        return List.of(new HistoryStep.Connect("c" + suffix, id, via, "d" + suffix, uid()));
    }

    /// Whether no other listener gets connections to `via` too.
    private static boolean sure(RuleSocket listener, SockAddr.Inet via, HistoryModel model) {
        return model.onPort().stream()
                        .map(model::socket)
                        .filter(other -> other.stage() == SocketStage.LISTENING)
                        .filter(other -> HistoryModel.covers(other, via))
                        .filter(other -> !listener.equals(other) || !listener.reuseport())
                        .count()
                <= (listener.reuseport() ? 0 : 1);
    }
}
