package dev.berth.cli.run;

import dev.berth.cli.command.Durations;
import dev.berth.cli.command.EnvironmentVariables;
import dev.berth.cli.command.Options;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.SocketMode;
import dev.berth.supervise.contract.SteeringBackend;
import dev.berth.sys.Signal;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.TypeConversionException;

import java.time.Duration;

/// The options and the help page of `run`.
final class RunSpec {
    private static final Settings DEFAULTS = Settings.defaults();

    private RunSpec() {}

    static CommandSpec make() {
        CommandSpec spec = CommandSpec.create();
        addSockets(spec);
        addWorkers(spec);
        addTimes(spec);
        spec.addPositional(
                Options.words(
                        "COMMAND",
                        "0..*",
                        "The command that each worker runs. In its words {slot} and {generation}"
                                + " are replaced, as in --admin-port=90{slot}1, and {java} becomes"
                                + " the java that runs Berth."));
        page(spec);
        return spec;
    }

    private static void addSockets(CommandSpec spec) {
        spec.addOption(
                Options.many(
                        "PORT",
                        Options::port,
                        "A TCP port to share, on any address that the program binds. Without -p and"
                                + " -l: every port that the program listens on before it is ready."
                                + " May be repeated.",
                        "-p",
                        "--port"));
        spec.addOption(
                Options.many(
                        "ADDRESS",
                        Options::address,
                        "An address to share: tcp://0.0.0.0:8080, tcp://[::]:443, udp://:53. May be"
                                + " repeated.",
                        "-l",
                        "--listen"));
        spec.addOption(
                Options.many(
                        "PORT",
                        Options::port,
                        "A port that must not be shared (admin, metrics, debugger): slot i gets"
                                + " PORT + i for itself. May be repeated.",
                        "--private"));
        spec.addOption(
                Options.one(
                        "group|dispatch",
                        text -> Options.converted(() -> ShareMode.parse(text)),
                        "How workers share a port: group (default; any program; the kernel"
                                + " distributes connections), or dispatch (Berth accepts"
                                + " connections and passes them to the workers; needs -p or -l, and"
                                + " programs that use the library dev.berth.worker).",
                        "--share"));
        spec.addOption(
                Options.one(
                        "off|optional|required",
                        text -> Options.converted(() -> DispatcherSetup.proxy(text)),
                        "With --share dispatch: whether a proxy in front sends a PROXY header that"
                                + " names the client. Default: off, because a client could send"
                                + " one, too.",
                        "--proxy-protocol"));
        spec.addOption(
                Options.one(
                        "FILE",
                        Options::file,
                        "Run the services described in FILE (berth.toml) instead of COMMAND: Berth"
                                + " accepts connections and routes them by their first bytes.",
                        "-f",
                        "--file"));
        spec.addOption(
                Options.one(
                        "N",
                        Options::count,
                        "How many connections may wait in each worker's queue. Default: 4096; the"
                                + " kernel's limit is net.core.somaxconn.",
                        "--backlog"));
        spec.addOption(
                Options.one(
                        "MODE",
                        text -> Options.converted(() -> SocketMode.parse(text)),
                        "How the program's socket joins the group: seccomp (default; any program),"
                                + " listen-fds (programs that support socket activation), or bind"
                                + " (the program sets SO_REUSEPORT itself; the weakest mode).",
                        "--adopt"));
        spec.addOption(
                Options.flag(
                        "--fd0",
                        "With --adopt listen-fds: pass the first socket as descriptor 0, too."));
        spec.addOption(
                Options.flag(
                        "--join",
                        "Start even if another program of this user listens there with"
                                + " SO_REUSEPORT. It keeps its share of the connections: the"
                                + " kernel's hash over all sockets decides, so --steer is hash."));
        spec.addOption(
                Options.one(
                        "POLICY",
                        text -> Options.converted(() -> Policy.parse(text)),
                        "Which worker gets the next connection: hash (default), random,"
                                + " round-robin, cpu (each worker is pinned to one), source (sticky"
                                + " by client address), least-loaded, or weighted:SLOT=WEIGHT,..."
                                + " where a weight is a number (other slots have 1) or a percentage"
                                + " of all connections. With --share dispatch: round-robin"
                                + " (default), least-connections or source. See also: berth steer.",
                        "--steer"));
        spec.addOption(
                Options.one(
                        "N",
                        Options::count,
                        "A slot with N open connections gets no more until some of them end. The"
                                + " limit can be exceeded briefly (a few milliseconds) before Berth"
                                + " notices. When all slots are full, clients are refused. Needs"
                                + " eBPF.",
                        "--max-connections"));
        spec.addOption(
                Options.one(
                        "KIND",
                        text -> Options.converted(() -> SteeringBackend.parse(text)),
                        "The steering mechanism: auto (default; the first one that this user may"
                                + " use), ebpf, cbpf (classic BPF), or none.",
                        "--bpf"));
    }

    private static void addWorkers(CommandSpec spec) {
        spec.addOption(
                Options.one(
                        "N",
                        Options::workers,
                        "How many workers, at most 256. Default: one per processor.",
                        "-n",
                        "--workers"));
        spec.addOption(
                Options.one(
                        "NAME",
                        Options::text,
                        "The supervisor's name, for status, roll and the other commands. Default:"
                                + " the program's name, with a number if that is taken.",
                        "--name"));
        EnvironmentVariables.addTo(spec);
        spec.addOption(
                Options.one(
                        "USER",
                        Options::text,
                        "Run the workers as this user (name or number); needs root, and setpriv"
                                + " (package util-linux).",
                        "--user"));
        spec.addOption(
                Options.one(
                        "DIR",
                        Options::text,
                        "The workers' working directory. It is resolved again at every start, so a"
                                + " symbolic link can be changed before a roll. Default: the"
                                + " current directory.",
                        "--directory"));
        spec.addOption(
                Options.one(
                        "SIGNAL",
                        text -> Options.converted(() -> Signal.parse(text)),
                        "The signal that makes a worker exit. Default: TERM (for nginx and php-fpm:"
                                + " QUIT).",
                        "--stop-signal"));
        spec.addOption(
                Options.one(
                        "FILE",
                        Options::file,
                        "Append all output to FILE, with the time on each line, instead of writing"
                                + " to the standard streams. SIGUSR1 reopens it. As root (sudo):"
                                + " not in a directory that another user may change; use"
                                + " /var/log/app.log, or let your shell open the file: sudo berth"
                                + " run ... >>app.log 2>&1.",
                        "--log"));
        spec.addOption(
                Options.one(
                        "stop|continue",
                        text -> Options.converted(() -> HangupAction.parse(text)),
                        "What to do when the terminal is closed or the ssh connection breaks: stop"
                                + " (default), or continue without it. Under nohup, and in its own"
                                + " session (setsid, a service), Berth keeps running anyway.",
                        "--on-hangup"));
    }

    private static void addTimes(CommandSpec spec) {
        spec.addOption(
                Options.one(
                        "listen|notify",
                        RunSpec::ready,
                        "What makes a worker ready: it keeps listening and stays alive for --settle"
                                + " (default), or it sends READY=1 to NOTIFY_SOCKET (sd_notify).",
                        "--ready"));
        spec.addOption(
                Options.one(
                        "URL",
                        RunSpec::probe,
                        "A worker is ready when this http:// URL answers 2xx. The URL must reach"
                                + " only that worker: use a --private port, or a port with {slot}.",
                        "--probe"));
        time(
                spec,
                "--settle",
                DEFAULTS.settle(),
                "How long a worker must keep listening and stay alive before it is ready");
        time(
                spec,
                "--start-timeout",
                DEFAULTS.startTimeout(),
                "How long a worker may take to become ready");
        time(
                spec,
                "--drain",
                DEFAULTS.drain(),
                "How long an old worker may finish its connections before it gets the stop signal:"
                        + " those with a request or a response in progress, and those that are not"
                        + " idle yet (--idle)");
        time(
                spec,
                "--idle",
                DEFAULTS.idle(),
                "A connection is idle when the server sent its last bytes this long ago. A pause in"
                        + " a response looks the same: choose more than the longest pause in your"
                        + " streams, and with HTTP/2 more than the longest request. With keep-alive"
                        + " connections a roll takes this much longer per slot");
        time(
                spec,
                "--prove",
                DEFAULTS.prove(),
                "In a roll, how long a new worker may leave connections waiting before the old one"
                        + " is put back into service; with 0s it need not show that it accepts");
        time(
                spec,
                "--grace",
                DEFAULTS.grace(),
                "How long a worker may take to exit after the stop signal before it is killed");
        time(
                spec,
                "--give-up",
                DEFAULTS.giveUp(),
                "How long there may be no ready worker before clients are refused");
        spec.addOption(
                Options.flag(
                        "--allow-new-addresses",
                        "Allow a roll to a version that listens on fewer or other addresses than"
                                + " the old one; clients of the missing addresses are then"
                                + " refused."));
        spec.addOption(
                Options.one(
                        "TIME",
                        Options::duration,
                        "Pause between two starts. Default: none; two workers start at a time.",
                        "--stagger"));
        spec.addOption(
                Options.one(
                        "TIME",
                        Options::duration,
                        "A worker that starts after the initial start begins with a tenth of its"
                                + " share of the connections and has the whole share after TIME; a"
                                + " roll waits for that before it goes on to the next slot. Not"
                                + " with source and cpu. Default: the whole share at once.",
                        "--slow-start"));
    }

    private static void time(CommandSpec spec, String name, Duration otherwise, String what) {
        String text = what + ". Default: " + Durations.option(otherwise) + ".";
        spec.addOption(Options.one("TIME", Options::duration, text, name));
    }

    private static Settings.Ready ready(String text) {
        return switch (text) {
            case "listen" -> Settings.Ready.LISTENING;
            case "notify" -> Settings.Ready.ANNOUNCED;
            default -> throw new TypeConversionException("must be listen or notify, not " + text);
        };
    }

    private static Object probe(String url) {
        return RunOptions.probe(url);
    }

    private static void page(CommandSpec spec) {
        spec.usageMessage()
                .sortOptions(false)
                .customSynopsis("berth run [OPTIONS] [--] COMMAND ...")
                .description(
                        "Run N processes of COMMAND on one port, in the foreground. COMMAND need"
                                + " not know about this: its own bind and listen calls make it a"
                                + " member of the group. A worker that dies is replaced; no"
                                + " connection waiting in its queue is lost.",
                        "")
                .footer(
                        "",
                        "TIME is a number with a unit: 500ms, 10s, 2m, 1h.",
                        "The environment of a worker has BERTH_NAME, BERTH_SLOT, BERTH_WORKERS and"
                                + " BERTH_GENERATION. Its output is printed as"
                                + " [name/slot.generation] line.",
                        "Signals: TERM, INT: stop (twice: at once); HUP: roll (but see"
                                + " --on-hangup); TTIN, TTOU: add, remove a worker; USR1: reopen"
                                + " the log; QUIT: thread dump.",
                        "Without CAP_SYS_ADMIN, workers run with no_new_privs: sudo and file"
                                + " capabilities have no effect in them or their children.",
                        "",
                        "Examples:",
                        "  berth run -n 4 -- python3 -m http.server 8080",
                        "  berth run -p 8080 --private 9090 -- java -jar app.jar",
                        "  berth run --share dispatch -p 8080 -- java -jar app.jar",
                        "  berth run -f berth.toml",
                        "  berth run -l tcp://0.0.0.0:80 --user www-data --stop-signal QUIT \\",
                        "      -- nginx -g 'daemon off;'");
    }
}
