package dev.berth.cli.run;

import dev.berth.cli.command.Durations;
import dev.berth.cli.command.EnvironmentVariables;
import dev.berth.cli.command.OptionList;
import dev.berth.cli.command.Options;
import dev.berth.cli.command.TypedOption;
import dev.berth.dispatch.ProxyProtocol;
import dev.berth.net.ListenAddress;
import dev.berth.supervise.contract.GroupSpec;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Probe;
import dev.berth.supervise.contract.Readiness;
import dev.berth.supervise.contract.SocketSource;
import dev.berth.supervise.contract.SteeringBackend;
import dev.berth.supervise.contract.Timeouts;
import dev.berth.supervise.contract.Timing;
import dev.berth.sys.Signal;

import picocli.CommandLine.Model.CommandSpec;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/// The options of `run`, each declared with its type. [ServiceReader] reads them.
final class RunOptions {
    private static final Timeouts DEFAULTS = Timeouts.defaults();
    private static final Duration PROBE_INTERVAL = Duration.ofMillis(200);

    private static final OptionList OPTIONS = new OptionList();

    static final TypedOption<List<Integer>> PORTS =
            OPTIONS.many(
                    "PORT",
                    Options::port,
                    "A TCP port to share, on any address that the program binds. Without -p and"
                            + " -l: every port that the program listens on before it is ready. May"
                            + " be repeated.",
                    "-p",
                    "--port");

    static final TypedOption<List<ListenAddress>> LISTEN =
            OPTIONS.many(
                    "ADDRESS",
                    Options::address,
                    "An address to share: tcp://0.0.0.0:8080, tcp://[::]:443, udp://:53. May be"
                            + " repeated.",
                    "-l",
                    "--listen");

    static final TypedOption<List<Integer>> PRIVATE_PORTS =
            OPTIONS.many(
                    "PORT",
                    Options::port,
                    "A port that must not be shared (admin, metrics, debugger): slot i gets PORT +"
                            + " i for itself. May be repeated.",
                    "--private");

    static final TypedOption<ShareMode> SHARE =
            OPTIONS.word(
                    "group|dispatch",
                    ShareMode::parse,
                    "How workers share a port. With group (default), the kernel"
                            + " distributes connections; any program works. With dispatch,"
                            + " Berth accepts connections and passes them to the workers; it"
                            + " needs -p or -l, and programs that use the library"
                            + " dev.berth.worker.",
                    "--share");

    static final TypedOption<ProxyProtocol> PROXY_PROTOCOL =
            OPTIONS.word(
                    "off|optional|required",
                    DispatcherSetup::proxy,
                    "With --share dispatch: whether a proxy in front sends a PROXY header that"
                        + " names the client. Default: off, because any client could send such a"
                        + " header.",
                    "--proxy-protocol");

    static final TypedOption<String> FILE =
            OPTIONS.one(
                    "FILE",
                    Options::file,
                    "Run the services described in FILE (berth.toml) instead of COMMAND: Berth"
                            + " accepts connections and routes them by their first bytes.",
                    "-f",
                    "--file");

    static final TypedOption<Integer> BACKLOG =
            OPTIONS.one(
                    "N",
                    Options::count,
                    "How many connections may wait in each worker's queue. Default: 4096; the"
                            + " kernel's limit is net.core.somaxconn.",
                    "--backlog");

    static final TypedOption<Function<GroupSpec, SocketSource.Grouped>> ADOPT =
            OPTIONS.word(
                    "MODE",
                    RunOptions::adopting,
                    "How the program's socket joins the group: seccomp (default; any program),"
                            + " listen-fds (programs that support socket activation), or bind (the"
                            + " program sets SO_REUSEPORT itself; the weakest mode).",
                    "--adopt");

    static final TypedOption<Boolean> FD0 =
            OPTIONS.flag(
                    "--fd0",
                    "With --adopt listen-fds: pass the first socket as descriptor 0, too.");

    static final TypedOption<Boolean> JOIN =
            OPTIONS.flag(
                    "--join",
                    "Start even if another program of this user already listens on"
                            + " the port with SO_REUSEPORT. That program keeps its share of"
                            + " the connections: the kernel's hash over all sockets decides,"
                            + " so --steer is hash.");

    static final TypedOption<Policy> STEER =
            OPTIONS.word(
                    "POLICY",
                    Policy::parse,
                    "Which worker gets the next connection: hash (default), random, round-robin,"
                        + " cpu (each worker is pinned to one), source (sticky by client address),"
                        + " least-loaded, or weighted:SLOT=WEIGHT,... A weight is a number (other"
                        + " slots have 1) or a percentage of all connections. With --share"
                        + " dispatch: round-robin (default), least-connections or source. See also:"
                        + " berth steer.",
                    "--steer");

    static final TypedOption<Integer> MAX_CONNECTIONS =
            OPTIONS.one(
                    "N",
                    Options::count,
                    "A slot with N open connections gets no more until some of them end. The limit"
                            + " can be exceeded briefly (a few milliseconds) before Berth notices."
                            + " When all slots are full, clients are refused. Needs eBPF.",
                    "--max-connections");

    static final TypedOption<SteeringBackend> BPF =
            OPTIONS.word(
                    "KIND",
                    SteeringBackend::parse,
                    "The steering mechanism: auto (default; the first one that this user may use),"
                            + " ebpf, cbpf (classic BPF), or none.",
                    "--bpf");

    static final TypedOption<Integer> WORKERS =
            OPTIONS.one(
                    "N",
                    Options::workers,
                    "How many workers, at most 256. Default: one per processor.",
                    "-n",
                    "--workers");

    static final TypedOption<String> NAME =
            OPTIONS.one(
                    "NAME",
                    Options::text,
                    "The supervisor's name, for status, roll and the other commands. Default: the"
                            + " program's name, with a number if that is taken.",
                    "--name");

    static {
        OPTIONS.add(EnvironmentVariables::addTo);
    }

    static final TypedOption<String> USER =
            OPTIONS.one(
                    "USER",
                    Options::text,
                    "Run the workers as this user (name or number); needs root, and setpriv"
                            + " (package util-linux).",
                    "--user");

    static final TypedOption<String> DIRECTORY =
            OPTIONS.one(
                    "DIR",
                    Options::text,
                    "The workers' working directory. It is resolved again at every start, so a"
                            + " symbolic link can be changed before a roll. Default: the current"
                            + " directory.",
                    "--directory");

    static final TypedOption<Signal> STOP_SIGNAL =
            OPTIONS.word(
                    "SIGNAL",
                    Signal::parse,
                    "The signal that makes a worker exit. Default: TERM (for nginx and php-fpm:"
                            + " QUIT).",
                    "--stop-signal");

    static final TypedOption<String> LOG =
            OPTIONS.one(
                    "FILE",
                    Options::file,
                    "Append all output to FILE, with the time on each line, instead of writing to"
                        + " the standard streams. SIGUSR1 reopens it. As root (sudo), FILE must not"
                        + " be in a directory that another user can change: use /var/log/app.log,"
                        + " or let your shell open the file: sudo berth run ... >>app.log 2>&1.",
                    "--log");

    static final TypedOption<HangupAction> ON_HANGUP =
            OPTIONS.word(
                    "stop|continue",
                    HangupAction::parse,
                    "What to do when the terminal is closed or the ssh connection breaks: stop"
                            + " (default), or continue without it. Under nohup, and in its own"
                            + " session (setsid, a service), Berth keeps running anyway.",
                    "--on-hangup");

    static final TypedOption<Readiness> READY =
            OPTIONS.word(
                    "listen|notify",
                    RunOptions::readiness,
                    "What makes a worker ready: it keeps listening and stays alive for --settle"
                            + " (default), or it sends READY=1 to NOTIFY_SOCKET (sd_notify).",
                    "--ready");

    static final TypedOption<Probe> PROBE =
            OPTIONS.word(
                    "URL",
                    RunOptions::probing,
                    "A worker is ready when this http:// URL answers 2xx. The URL must reach only"
                            + " that worker: use a --private port, or a port with {slot}.",
                    "--probe");

    static final TypedOption<Duration> SETTLE =
            time(
                    "--settle",
                    DEFAULTS.settle(),
                    "How long a worker must keep listening and stay alive before it is ready");

    static final TypedOption<Duration> START_TIMEOUT =
            time("--start-timeout", DEFAULTS.start(), "How long a worker may take to become ready");

    static final TypedOption<Duration> DRAIN =
            time(
                    "--drain",
                    DEFAULTS.drain(),
                    "How long an old worker may take to finish its connections"
                            + " before it gets the stop signal. It finishes those with a"
                            + " request or a response in progress, and those that are not idle"
                            + " yet (--idle)");

    static final TypedOption<Duration> IDLE =
            time(
                    "--idle",
                    DEFAULTS.idle(),
                    "A connection is idle if the server sent last, at least this long ago. A pause"
                        + " in a response looks the same. So choose more than the longest pause in"
                        + " your streams, and with HTTP/2 more than the longest request. With"
                        + " keep-alive connections a roll takes this much longer per slot");

    static final TypedOption<Duration> PROVE =
            time(
                    "--prove",
                    Timing.defaults().prove(),
                    "In a roll, how long a new worker may leave connections waiting before the old"
                        + " one is put back into service. With 0s the new worker need not show that"
                        + " it accepts");

    static final TypedOption<Duration> GRACE =
            time(
                    "--grace",
                    DEFAULTS.grace(),
                    "How long a worker may take to exit after the stop signal before it is killed");

    static final TypedOption<Duration> GIVE_UP =
            time(
                    "--give-up",
                    DEFAULTS.giveUp(),
                    "How long there may be no ready worker before clients are refused");

    static final TypedOption<Boolean> ALLOW_NEW_ADDRESSES =
            OPTIONS.flag(
                    "--allow-new-addresses",
                    "Allow a roll to a version that listens on fewer or other"
                            + " addresses than the old one. Clients of the missing addresses"
                            + " are then refused.");

    static final TypedOption<Duration> STAGGER =
            OPTIONS.one(
                    "TIME",
                    Options::duration,
                    "Pause between two starts. Default: none; two workers start at a time.",
                    "--stagger");

    static final TypedOption<Duration> SLOW_START =
            OPTIONS.one(
                    "TIME",
                    Options::duration,
                    "A worker that starts after the initial start begins with a"
                            + " tenth of its share of the connections. It has the whole share"
                            + " after TIME, and a roll waits for that before the next slot."
                            + " Not with source and cpu. Default: the whole share at once.",
                    "--slow-start");

    private RunOptions() {}

    static void addTo(CommandSpec spec) {
        OPTIONS.addTo(spec);
    }

    private static TypedOption<Duration> time(String name, Duration otherwise, String what) {
        String text = what + ". Default: " + Durations.option(otherwise) + ".";
        return OPTIONS.one("TIME", Options::duration, text, name);
    }

    private static Function<GroupSpec, SocketSource.Grouped> adopting(String word) {
        return switch (word) {
            case "seccomp" -> SocketSource.Intercept::new;
            case "listen-fds" -> group -> new SocketSource.Activate(group, false);
            case "bind" -> SocketSource.SelfBind::new;
            default ->
                    throw new IllegalArgumentException(
                            "unknown adopt mode: "
                                    + word
                                    + " (available: seccomp, listen-fds, bind)");
        };
    }

    private static Readiness readiness(String word) {
        return switch (word) {
            case "listen" -> new Readiness.Listening();
            case "notify" -> new Readiness.Notified();
            default -> throw new IllegalArgumentException("must be listen or notify, not " + word);
        };
    }

    private static Probe probing(String url) {
        return new Probe(url, PROBE_INTERVAL);
    }
}
