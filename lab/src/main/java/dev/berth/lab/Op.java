package dev.berth.lab;

import dev.berth.net.Addresses;
import dev.berth.net.ListenAddress;
import dev.berth.net.Protocol;
import dev.berth.net.TcpState;
import dev.berth.sys.SockAddr;
import dev.berth.sys.Sockets;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/// The action of a step. The keys of each op are in [OpKind], their meaning is in `docs/lab.md`.
///
/// `settings` are the step's arguments, from which [SocketSetting] takes those that it knows; `id`
/// is the actor's own name for a socket.
public sealed interface Op {
    /// socket(2), and its options.
    record Socket(String id, Protocol protocol, int family, StepArguments settings) implements Op {}

    /// Sets options of an existing socket.
    record Set(String id, StepArguments settings) implements Op {}

    /// Reads an option.
    record Get(String id, String option) implements Op {}

    record Bind(String id, SockAddr.Inet address) implements Op {}

    record Listen(String id, int backlog) implements Op {}

    /// socket, options, bind and (TCP) listen in one step: the result names the call that failed.
    record Open(String id, ListenAddress address, int backlog, StepArguments settings)
            implements Op {}

    /// connect(2), with an existing socket or a new one.
    record Connect(
            String id, ListenAddress address, Optional<SockAddr.Inet> from, StepArguments settings)
            implements Op {}

    record Accept(String id, String as, int withinMillis) implements Op {}

    record Send(String id, String text, Optional<SockAddr.Inet> to) implements Op {}

    record Receive(String id, int withinMillis) implements Op {}

    record Shutdown(String id, int how) implements Op {}

    /// close(2); with a reset instead of a FIN on request.
    record Close(String id, boolean reset) implements Op {}

    /// The actor exits by itself, and its sockets with it.
    record Exit() implements Op {}

    /// SIGKILL.
    record Kill() implements Op {}

    /// Gives another actor a descriptor (SCM_RIGHTS); the giver keeps its own.
    record Pass(String id, String to, String as) implements Op {}

    /// Starts a process that inherits descriptors, as a new actor.
    record Fork(String child, List<String> keep) implements Op {}

    /// Waits until the kernel lists sockets in a state on a port as wanted.
    record Wait(Protocol protocol, int port, TcpState state, Expectation until, int withinMillis)
            implements Op {}

    /// Who is on a port, as reported by `berth who`.
    record Who(int port) implements Op {}

    /// The forecast of `berth why`.
    record Why(ListenAddress address, int uid, StepArguments settings) implements Op {}

    /// Which socket a client would reach, as reported by `berth route`.
    record Route(ListenAddress address, SockAddr.Inet from) implements Op {}

    /// Attaches a BPF program to a group.
    record Steer(String id, String program, int index, List<String> sockets, List<String> serve)
            implements Op {}

    /// What `/proc/net` lists for a port.
    record Listed(Protocol protocol, int port) implements Op {}

    /// Creates a second network device.
    record Device() implements Op {}

    /// Whether this platform's Java has a socket option, by its Java name.
    record Supported(String option, Protocol protocol) implements Op {}

    /// Keeps the actor on one CPU.
    record Pin(int cpu) implements Op {}

    /// Reads or writes a setting of the network namespace.
    record Sysctl(String setting, Optional<String> value) implements Op {}

    /// Answers each connection, or datagram, of these sockets with the socket's name, from now on.
    record Serve(List<String> ids) implements Op {}

    /// Accepts and closes everything that waits in a listener's queue.
    record Drain(String id) implements Op {}

    /// Many connections that stay open, each after sending the text.
    record Crowd(String id, ListenAddress address, SockAddr.Inet from, int count, String text)
            implements Op {}

    /// The outcome of a crowd: who answered each client, and which clients were lost.
    record Collect(String id, int withinMillis) implements Op {}

    /// Many clients, one after another, each from its own port: who answered which.
    record Spread(
            String id,
            ListenAddress address,
            SockAddr.Inet from,
            int count,
            int over,
            Optional<String> against)
            implements Op {}

    List<String> PROTOCOLS = List.of("tcp", "udp");
    List<String> PROGRAMS = List.of("index", "hash", "table", "none");
    int WITHIN_MILLIS = 3000;
    int MOST_MILLIS = 15_000;

    static Op socket(StepArguments a) {
        int family = a.number("family", 4, 4, 6);
        if (family == 5) {
            throw new ArgumentException("family", "family must be 4 or 6, not 5");
        }
        int number = family == 4 ? Sockets.AF_INET : Sockets.AF_INET6;
        return new Socket(a.text("id"), protocol(a), number, a);
    }

    static Op open(StepArguments a) {
        int backlog = a.flag("listen", true) ? a.number("backlog", 1024, 0, 65535) : -1;
        return new Open(a.text("id"), listenAddress(a), backlog, a);
    }

    static Op connect(StepArguments a) {
        return new Connect(a.text("id"), listenAddress(a), optional(a, "from"), a);
    }

    static Op shutdown(StepArguments a) {
        List<String> words = List.of("read", "write", "both");
        return new Shutdown(a.text("id"), words.indexOf(a.word("how", "both", words)));
    }

    static Op waiting(StepArguments a) {
        List<String> states = List.of(TcpState.values()).stream().map(TcpState::name).toList();
        TcpState state = TcpState.valueOf(a.word("state", "LISTEN", states));
        Expectation until = new Expectation(a.text("until", "rows >= 1"));
        if (!until.comparison()) {
            throw new ArgumentException(
                    "until",
                    "until must be a comparison, as \"rows >= 1\", not \"" + until.text() + '"');
        }
        return new Wait(protocol(a), port(a), state, until, within(a, WITHIN_MILLIS));
    }

    static Op why(StepArguments a) {
        return new Why(listenAddress(a), a.number("uid", -1, 0, Integer.MAX_VALUE), a);
    }

    static Op route(StepArguments a) {
        return new Route(listenAddress(a), address(a, "from"));
    }

    static Op steer(StepArguments a) {
        String program = a.word("program", "index", PROGRAMS);
        return new Steer(
                a.text("id"),
                program,
                a.number("index", 0, 0, 65535),
                a.list("sockets"),
                a.list("serve"));
    }

    static Op sysctl(StepArguments a) {
        String setting = a.text("setting");
        if (!setting.matches("net\\.[a-z0-9_.]+")) {
            throw new ArgumentException(
                    "setting",
                    "setting must be a network setting such as \"net.ipv4.tcp_migrate_req\", not \""
                            + setting
                            + '"');
        }
        return new Sysctl(setting, a.find("value"));
    }

    static Op crowd(StepArguments a) {
        ListenAddress to = listenAddress(a);
        SockAddr.Inet from = source(a, to);
        return new Crowd(a.text("id"), to, from, count(a, from), a.text("text", ""));
    }

    static Op spread(StepArguments a) {
        ListenAddress to = listenAddress(a);
        SockAddr.Inet from = source(a, to);
        return new Spread(
                a.text("id"),
                to,
                from,
                count(a, from),
                a.number("over", 0, 1, 1024),
                a.find("against"));
    }

    /// The number of clients, which need a port each.
    private static int count(StepArguments a, SockAddr.Inet from) {
        int count = a.number("count", 100, 1, 20_000);
        if (from.port() + count > 65_536) {
            throw new ArgumentException(
                    "from", "port " + from.port() + " leaves no room for " + count + " ports");
        }
        return count;
    }

    static int within(StepArguments a, int otherwise) {
        return a.number("within", otherwise, 0, MOST_MILLIS);
    }

    static int port(StepArguments a) {
        return a.number("port", Scenario.PORT, 1, 65535);
    }

    static Protocol protocol(StepArguments a) {
        String word = a.word("protocol", "tcp", PROTOCOLS);
        return Protocol.valueOf(word.toUpperCase(Locale.ROOT));
    }

    static ListenAddress listenAddress(StepArguments a) {
        return parse(a, "address", ListenAddress::parse);
    }

    static SockAddr.Inet address(StepArguments a, String key) {
        return parse(a, key, Addresses::parse);
    }

    static Optional<SockAddr.Inet> optional(StepArguments a, String key) {
        return a.has(key) ? Optional.of(address(a, key)) : Optional.empty();
    }

    /// The first client's address; each further client has the next port.
    private static SockAddr.Inet source(StepArguments a, ListenAddress to) {
        boolean four = to.address() instanceof SockAddr.Inet4;
        return optional(a, "from")
                .orElseGet(() -> Addresses.parse(four ? "127.0.0.1:10000" : "[::1]:10000"));
    }

    private static <T> T parse(StepArguments a, String key, Function<String, T> parser) {
        try {
            return parser.apply(a.text(key));
        } catch (ArgumentException wrong) {
            throw wrong;
        } catch (IllegalArgumentException wrong) {
            throw new ArgumentException(key, String.valueOf(wrong.getMessage()));
        }
    }
}
