package dev.berth.lab;

import static dev.berth.lab.StepKey.flag;
import static dev.berth.lab.StepKey.list;
import static dev.berth.lab.StepKey.need;
import static dev.berth.lab.StepKey.number;
import static dev.berth.lab.StepKey.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/// The ops and the keys of each.
public enum OpKind {
    SOCKET(Op::socket, true, need("id"), text("protocol"), number("family")),
    SET(a -> new Op.Set(a.text("id"), a), true, need("id")),
    GET(
            a -> new Op.Get(a.text("id"), a.word("option", "reuseport", SocketSetting.readable())),
            need("id"),
            need("option")),
    BIND(a -> new Op.Bind(a.text("id"), Op.address(a, "address")), need("id"), need("address")),
    LISTEN(
            a -> new Op.Listen(a.text("id"), a.number("backlog", 1024, 0, 65535)),
            need("id"),
            number("backlog")),
    OPEN(Op::open, true, need("id"), need("address"), flag("listen"), number("backlog")),
    CONNECT(Op::connect, true, need("id"), need("address"), text("from")),
    ACCEPT(
            a -> new Op.Accept(a.text("id"), a.text("as"), Op.within(a, Op.WITHIN_MILLIS)),
            need("id"),
            need("as"),
            number("within")),
    SEND(
            a -> new Op.Send(a.text("id"), a.text("text"), Op.optional(a, "to")),
            need("id"),
            need("text"),
            text("to")),
    RECEIVE(
            a -> new Op.Receive(a.text("id"), Op.within(a, Op.WITHIN_MILLIS)),
            need("id"),
            number("within")),
    SHUTDOWN(Op::shutdown, need("id"), text("how")),
    CLOSE(a -> new Op.Close(a.text("id"), a.flag("reset", false)), need("id"), flag("reset")),
    EXIT(a -> new Op.Exit()),
    KILL(a -> new Op.Kill()),
    PASS(
            a -> new Op.Pass(a.text("id"), a.text("to"), a.text("as", a.text("id"))),
            need("id"),
            need("to"),
            text("as")),
    FORK(a -> new Op.Fork(a.text("child"), a.list("keep")), need("child"), list("keep")),
    WAIT(
            Op::waiting,
            text("protocol"),
            number("port"),
            text("state"),
            text("until"),
            number("within")),
    WHO(a -> new Op.Who(Op.port(a)), number("port")),
    WHY(
            Op::why,
            need("address"),
            flag("reuseaddr"),
            flag("reuseport"),
            flag("v6only"),
            text("device"),
            number("uid")),
    ROUTE(Op::route, need("address"), need("from")),
    STEER(Op::steer, need("id"), text("program"), number("index"), list("sockets"), list("serve")),
    LISTED(a -> new Op.Listed(Op.protocol(a), Op.port(a)), text("protocol"), number("port")),
    DEVICE(a -> new Op.Device()),
    SUPPORTED(
            a -> new Op.Supported(a.text("option"), Op.protocol(a)),
            need("option"),
            text("protocol")),
    PIN(a -> new Op.Pin(a.number("cpu", 0, 0, 8191)), number("cpu")),
    SYSCTL(Op::sysctl, need("setting"), text("value")),
    SERVE(a -> new Op.Serve(a.some("id")), new StepKey("id", StepKey.Type.LIST, true)),
    DRAIN(a -> new Op.Drain(a.text("id")), need("id")),
    CROWD(Op::crowd, need("id"), need("address"), text("from"), number("count"), text("text")),
    COLLECT(
            a -> new Op.Collect(a.text("id"), Op.within(a, Op.WITHIN_MILLIS)),
            need("id"),
            number("within")),
    SPREAD(
            Op::spread,
            need("id"),
            need("address"),
            text("from"),
            number("count"),
            number("over"),
            text("against"));

    @SuppressWarnings("ImmutableEnumChecker") // keeps no state
    private final Function<StepArguments, Op> maker;

    @SuppressWarnings("ImmutableEnumChecker") // a copy
    private final List<StepKey> keys;

    OpKind(Function<StepArguments, Op> maker, StepKey... keys) {
        this(maker, false, keys);
    }

    OpKind(Function<StepArguments, Op> maker, boolean settings, StepKey... keys) {
        List<StepKey> all = new ArrayList<>(List.of(keys));
        if (settings) {
            all.addAll(SocketSetting.keys());
        }
        this.maker = maker;
        this.keys = List.copyOf(all);
    }

    /// The word written after `op =`.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    List<StepKey> keys() {
        return keys;
    }

    /// The op described by the arguments; an [ArgumentException] if they are invalid.
    Op op(StepArguments arguments) {
        return maker.apply(arguments);
    }

    /// The names of what it measures.
    List<String> figures() {
        return switch (this) {
            case WAIT -> List.of("rows", "queue", "drops", "timer", "uid");
            case WHO ->
                    List.of(
                            "sockets",
                            "listeners",
                            "silent",
                            "timewait",
                            "connections",
                            "groups",
                            "members",
                            "owners");
            case WHY -> List.of("certain", "because");
            case LISTED -> List.of("rows");
            case PIN -> List.of("cpu");
            case DRAIN -> List.of("accepted", "data");
            case CROWD -> List.of("connected", "refused");
            case COLLECT -> List.of("served", "lost", "silent");
            case SPREAD ->
                    List.of(
                            "served",
                            "lost",
                            "copies",
                            "members",
                            "seen",
                            "largest",
                            "smallest",
                            "ratio",
                            "chi2",
                            "p",
                            "moved");
            default -> List.of();
        };
    }

    /// Whether it counts what each socket got, by `ACTOR.ID`.
    boolean counts() {
        return this == COLLECT || this == SPREAD;
    }

    static OpKind named(String word) {
        for (OpKind kind : values()) {
            if (kind.word().equals(word)) {
                return kind;
            }
        }
        List<String> words = List.of(values()).stream().map(OpKind::word).toList();
        throw new ArgumentException(
                StepArguments.OP,
                "unknown op \"" + word + "\"; use one of " + String.join(", ", words));
    }
}
