package dev.berth.cli.run;

import dev.berth.cli.command.Durations;
import dev.berth.cli.command.Options;
import dev.berth.cli.command.Variables;
import dev.berth.supervise.contract.Adopt;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.Steer;
import dev.berth.sys.Signal;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.TypeConversionException;

import java.time.Duration;

/// The options and the manual page of `run`.
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
                        "What each worker runs. In its words {slot} and {generation} are replaced:"
                                + " --admin-port=90{slot}1; and {java} by the java that runs"
                                + " Berth."));
        page(spec);
        return spec;
    }

    private static void addSockets(CommandSpec spec) {
        spec.addOption(
                Options.many(
                        "PORT",
                        Options::port,
                        "A TCP port to share, on whatever address the program binds. Without -p"
                                + " and -l: every port that the program listens on before it is"
                                + " ready. May be repeated.",
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
                                + " PORT + i of its own. May be repeated.",
                        "--private"));
        spec.addOption(
                Options.one(
                        "group|dispatch",
                        text -> Options.converted(() -> Share.parse(text)),
                        "How: group (default; any program; the kernel distributes), or dispatch:"
                                + " Berth accepts and passes the connections on. For programs that"
                                + " use the library dev.berth.worker; with -p or -l.",
                        "--share"));
        spec.addOption(
                Options.one(
                        "off|optional|required",
                        text -> Options.converted(() -> Dispatching.proxy(text)),
                        "With --share dispatch: whether a proxy in front says in a PROXY header"
                                + " who the client is. Default: off, since a client could say so"
                                + " too.",
                        "--proxy-protocol"));
        spec.addOption(
                Options.one(
                        "FILE",
                        Options::file,
                        "Run the services that FILE (berth.toml) describes, in place of COMMAND:"
                                + " Berth accepts and routes connections by their first bytes.",
                        "-f",
                        "--file"));
        spec.addOption(
                Options.one(
                        "N",
                        Options::count,
                        "Connections that may wait in each worker's queue. Default: 4096; the"
                                + " kernel allows net.core.somaxconn.",
                        "--backlog"));
        spec.addOption(
                Options.one(
                        "MODE",
                        text -> Options.converted(() -> Adopt.parse(text)),
                        "How the program's socket joins the group: seccomp (default; any program),"
                                + " listen-fds (programs that know socket activation), bind (the"
                                + " program sets SO_REUSEPORT itself; weakest).",
                        "--adopt"));
        spec.addOption(
                Options.flag(
                        "--fd0", "With listen-fds: the first socket is descriptor 0 as well."));
        spec.addOption(
                Options.flag(
                        "--join",
                        "Start although another program of this user listens there with"
                                + " SO_REUSEPORT: it keeps its share of the connections, by the"
                                + " kernel's hash over all sockets, so --steer is hash."));
        spec.addOption(
                Options.one(
                        "POLICY",
                        text -> Options.converted(() -> Policy.parse(text)),
                        "Who gets the next connection: hash (default), random, round-robin, cpu"
                                + " (each worker is pinned to one), source (sticky by client"
                                + " address), least-loaded, or weighted:SLOT=WEIGHT,... where a"
                                + " weight is a number beside the 1 of others, or a percentage of"
                                + " all. With --share dispatch: round-robin (default),"
                                + " least-connections or source. See also: berth steer.",
                        "--steer"));
        spec.addOption(
                Options.one(
                        "N",
                        Options::count,
                        "A slot with N open connections gets no more until some end; what comes"
                                + " within the few milliseconds until that is noticed may be too"
                                + " many. When all are full, clients are refused. Needs eBPF.",
                        "--max-connections"));
        spec.addOption(
                Options.one(
                        "KIND",
                        text -> Options.converted(() -> Steer.parse(text)),
                        "By which mechanism: auto (default: the first that this user may use),"
                                + " extended, classic, none.",
                        "--bpf"));
    }

    private static void addWorkers(CommandSpec spec) {
        spec.addOption(
                Options.one(
                        "N",
                        Options::workers,
                        "How many workers, at most 256. Default: one for each processor.",
                        "-n",
                        "--workers"));
        spec.addOption(
                Options.one(
                        "NAME",
                        Options::text,
                        "The supervisor's name, for status, roll and the others. Default: the"
                                + " program's, with a number if that is taken.",
                        "--name"));
        Variables.addTo(spec);
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
                        "The workers' working directory, looked up anew at every start, so that a"
                                + " link may be changed before a roll. Default: the current one.",
                        "--directory"));
        spec.addOption(
                Options.one(
                        "SIGNAL",
                        text -> Options.converted(() -> Signal.parse(text)),
                        "What tells a worker to end. Default: TERM (nginx, php-fpm: QUIT).",
                        "--stop-signal"));
        spec.addOption(
                Options.one(
                        "FILE",
                        Options::file,
                        "Append all output to FILE, each line with its time, in place of the"
                                + " standard streams. SIGUSR1 opens it anew. As root (sudo): not in"
                                + " a directory that another user may change; take"
                                + " /var/log/app.log, or let your shell open the file: sudo berth"
                                + " run ... >>app.log 2>&1.",
                        "--log"));
        spec.addOption(
                Options.one(
                        "stop|continue",
                        text -> Options.converted(() -> OnHangup.parse(text)),
                        "What to do when the terminal is closed (or the ssh connection breaks):"
                                + " stop (default), or continue without it. Under nohup, and in a"
                                + " session of its own (setsid, a service), Berth runs on anyway.",
                        "--on-hangup"));
    }

    private static void addTimes(CommandSpec spec) {
        spec.addOption(
                Options.one(
                        "listen|notify",
                        RunSpec::ready,
                        "What makes a worker ready: it listens, stays so and lives for --settle"
                                + " (default); or it says READY=1 to NOTIFY_SOCKET (sd_notify).",
                        "--ready"));
        spec.addOption(
                Options.one(
                        "URL",
                        RunSpec::probe,
                        "A worker is ready when this http:// address answers 2xx. It must reach"
                                + " that worker only: a --private port, or one with {slot}.",
                        "--probe"));
        time(spec, "--settle", DEFAULTS.settle(), "How long a worker must listen and live");
        time(spec, "--start-timeout", DEFAULTS.startTimeout(), "How long it may take to be ready");
        time(
                spec,
                "--drain",
                DEFAULTS.drain(),
                "How long an old worker may finish connections before it is told to end: all"
                        + " that have a request in work or an answer under way, and those that"
                        + " are not idle yet (--idle)");
        time(
                spec,
                "--idle",
                DEFAULTS.idle(),
                "A connection is idle when the server sent the last bytes so long ago. A pause in"
                        + " an answer looks the same: give more than the longest pause of your"
                        + " streams, and with HTTP/2 more than the longest request. A roll with"
                        + " kept connections takes so much longer a slot");
        time(
                spec,
                "--prove",
                DEFAULTS.prove(),
                "In a roll, how long a new worker may leave connections waiting before the old one"
                        + " is put back; 0s: it need not show that it accepts");
        time(spec, "--grace", DEFAULTS.grace(), "How long it may then take before it is killed");
        time(
                spec,
                "--give-up",
                DEFAULTS.giveUp(),
                "How long there may be no ready worker before" + " clients are refused");
        spec.addOption(
                Options.flag(
                        "--allow-new-addresses",
                        "Let a roll bring a version that listens on fewer or other addresses than"
                                + " the one before: clients of the others are refused then."));
        spec.addOption(
                Options.one(
                        "TIME",
                        Options::duration,
                        "Pause between two starts. Default: none, two start at a time.",
                        "--stagger"));
        spec.addOption(
                Options.one(
                        "TIME",
                        Options::duration,
                        "A worker that comes after the first start begins with a tenth of its"
                                + " share of the connections, and has all of it after TIME; a"
                                + " roll waits for that before it goes on to the next slot. Not"
                                + " with source and cpu. Default: all at once.",
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
            default -> throw new TypeConversionException("it is listen or notify, not " + text);
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
                        "Run N processes of COMMAND on one port, in the foreground. COMMAND needs"
                                + " to know nothing about it: its own bind and listen make it a"
                                + " member of the group. A worker that dies is replaced; nothing"
                                + " that waited in its queue is lost.",
                        "")
                .footer(
                        "",
                        "TIME is a number with a unit: 500ms, 10s, 2m, 1h.",
                        "A worker finds BERTH_NAME, BERTH_SLOT, BERTH_WORKERS and BERTH_GENERATION"
                                + " in its environment. Its lines are printed as"
                                + " [name/slot.generation] line.",
                        "Signals: TERM, INT: end (twice: at once); HUP: roll (but see"
                                + " --on-hangup); TTIN, TTOU: one worker more, fewer; USR1: open"
                                + " the log anew; QUIT: thread dump.",
                        "Without CAP_SYS_ADMIN workers run with no_new_privs: sudo and file"
                                + " capabilities have no effect below them.",
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
