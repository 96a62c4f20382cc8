package dev.berth.cli.run;

import dev.berth.cli.command.EnvironmentVariables;
import dev.berth.cli.command.Options;
import dev.berth.cli.command.UsageException;
import dev.berth.cli.remote.RemoteHelp;
import dev.berth.dispatch.ProxyProtocol;
import dev.berth.net.ListenAddress;
import dev.berth.net.Protocol;
import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Probe;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.SocketMode;
import dev.berth.supervise.contract.SteeringBackend;
import dev.berth.sys.Signal;
import dev.berth.sys.User;

import picocli.CommandLine.ParseResult;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/// The options of `run`, read and checked as far as that is possible without inspecting the system.
///
/// @param name as given; empty if it is to be derived from the command
/// @param user a name or a number
/// @param join whether the port may be shared with listeners that already exist
/// @param proxy whether connections to a dispatcher come through a proxy
/// @param log the log file; empty for the standard streams
/// @param onHangup what to do when the terminal goes away
public record RunOptions(
        Command command,
        int workers,
        Optional<String> name,
        List<Integer> ports,
        List<ListenAddress> listen,
        List<Integer> privatePorts,
        SocketMode socketMode,
        SteeringBackend backend,
        Policy policy,
        OptionalInt maxConnections,
        Settings settings,
        Optional<Path> directory,
        Map<String, String> environment,
        Optional<String> user,
        Signal stopSignal,
        int backlog,
        boolean firstAtZero,
        boolean join,
        Optional<Probe> probe,
        ProxyProtocol proxy,
        Optional<Path> log,
        HangupAction onHangup) {
    private static final int BACKLOG = 4096;
    private static final Duration PROBE_INTERVAL = Duration.ofMillis(200);

    public RunOptions {
        ports = List.copyOf(ports);
        listen = List.copyOf(listen);
        privatePorts = List.copyOf(privatePorts);
        environment = Map.copyOf(environment);
    }

    public static RunOptions read(ParseResult parsed) throws UsageException {
        return read(parsed, Options.words(parsed), Options.values(parsed, "--listen"));
    }

    /// The same with `words` as the command.
    public static RunOptions read(
            ParseResult parsed, List<String> words, List<ListenAddress> listen)
            throws UsageException {
        ShareMode share = Options.<ShareMode>value(parsed, "--share").orElse(ShareMode.GROUP);
        boolean dispatched = share == ShareMode.DISPATCH || parsed.hasMatchedOption("--file");
        DispatcherSetup.check(parsed, dispatched ? ShareMode.DISPATCH : share);
        if (words.isEmpty()) {
            throw new UsageException(
                    "no command to run; for example: berth run -n 4 -- python3 -m http.server"
                            + " 8080");
        }
        Optional<String> name = Options.value(parsed, "--name");
        if (name.isPresent()) {
            RemoteHelp.checked(name.get());
        }
        Optional<Probe> probe = Options.<Probe>value(parsed, "--probe");
        var options =
                new RunOptions(
                        new Command(words),
                        Options.<Integer>value(parsed, "--workers")
                                .orElseGet(() -> Runtime.getRuntime().availableProcessors()),
                        name,
                        Options.values(parsed, "--port"),
                        listen,
                        Options.values(parsed, "--private"),
                        Options.<SocketMode>value(parsed, "--adopt")
                                .orElse(dispatched ? SocketMode.DISPATCH : SocketMode.SECCOMP),
                        Options.<SteeringBackend>value(parsed, "--bpf")
                                .orElse(
                                        dispatched
                                                ? SteeringBackend.DISPATCH
                                                : SteeringBackend.AUTO),
                        Options.<Policy>value(parsed, "--steer")
                                .orElse(dispatched ? new Policy.RoundRobin() : new Policy.Hash()),
                        Options.<Integer>value(parsed, "--max-connections")
                                .map(OptionalInt::of)
                                .orElse(OptionalInt.empty()),
                        settings(parsed, ready(parsed, probe.isPresent(), dispatched), listen),
                        Options.<String>value(parsed, "--directory").map(Path::of),
                        EnvironmentVariables.of(parsed),
                        Options.value(parsed, "--user"),
                        Options.<Signal>value(parsed, "--stop-signal").orElse(Signal.TERM),
                        Options.<Integer>value(parsed, "--backlog").orElse(BACKLOG),
                        parsed.hasMatchedOption("--fd0"),
                        parsed.hasMatchedOption("--join"),
                        probe,
                        Options.<ProxyProtocol>value(parsed, "--proxy-protocol")
                                .orElse(ProxyProtocol.OFF),
                        Options.<String>value(parsed, "--log").map(Path::of),
                        Options.<HangupAction>value(parsed, "--on-hangup")
                                .orElse(HangupAction.STOP));
        options.checkTogether();
        return options;
    }

    private static Settings settings(
            ParseResult parsed, Settings.Ready ready, List<ListenAddress> listen) {
        Settings defaults = Settings.defaults();
        return new Settings(
                duration(parsed, "--settle", defaults.settle()),
                duration(parsed, "--start-timeout", defaults.startTimeout()),
                duration(parsed, "--drain", defaults.drain()),
                duration(parsed, "--idle", defaults.idle()),
                duration(parsed, "--grace", defaults.grace()),
                duration(parsed, "--give-up", defaults.giveUp()),
                Options.value(parsed, "--stagger"),
                ready,
                // Two processes must not read datagrams of the same flow from one socket.
                listen.stream().noneMatch(address -> address.protocol() == Protocol.UDP),
                duration(parsed, "--slow-start", defaults.slowStart()),
                duration(parsed, "--prove", defaults.prove()),
                parsed.hasMatchedOption("--allow-new-addresses"));
    }

    private static Settings.Ready ready(ParseResult parsed, boolean probed, boolean dispatched) {
        if (dispatched) {
            return Settings.Ready.READY_PROTOCOL;
        }
        return probed
                ? Settings.Ready.ANNOUNCED
                : Options.<Settings.Ready>value(parsed, "--ready").orElse(Settings.Ready.LISTENING);
    }

    private static Duration duration(ParseResult parsed, String name, Duration otherwise) {
        return Options.<Duration>value(parsed, name).orElse(otherwise);
    }

    /// Whether Berth accepts, and the workers do not listen.
    boolean dispatched() {
        return socketMode == SocketMode.DISPATCH;
    }

    /// The same options for one of several services.
    RunOptions of(ServiceFile file, ServiceFile.ServiceEntry service, String supervisor) {
        return new RunOptions(
                service.command(),
                service.workers().orElse(workers),
                Optional.of(supervisor),
                List.of(),
                file.listen(),
                privatePorts,
                socketMode,
                backend,
                service.steer().orElse(policy),
                maxConnections,
                settings,
                directory,
                environment,
                user,
                stopSignal,
                backlog,
                firstAtZero,
                join,
                probe,
                file.proxy(),
                log,
                onHangup);
    }

    private void checkTogether() throws UsageException {
        boolean addressed = !ports.isEmpty() || !listen.isEmpty();
        if (socketMode == SocketMode.DISPATCH) {
            DispatcherSetup.check(this);
        } else if (socketMode != SocketMode.SECCOMP && !addressed) {
            throw new UsageException(
                    "--adopt "
                            + socketMode.word()
                            + " needs an address or port to listen on, for example: -p 8080");
        }
        if (join && (backend == SteeringBackend.EBPF || backend == SteeringBackend.CBPF)) {
            throw new UsageException(
                    "with --join, the kernel's hash gives other sockets on the port their share; a"
                            + " BPF program would steer every connection to these workers: omit"
                            + " --bpf");
        }
        if (firstAtZero && socketMode != SocketMode.LISTEN_FDS) {
            throw new UsageException("--fd0 requires --adopt listen-fds");
        }
        for (int port : privatePorts) {
            if (port + workers - 1 > 65535) {
                throw new UsageException(
                        "--private "
                                + port
                                + ": the last of "
                                + workers
                                + " workers would get port "
                                + (port + workers - 1));
            }
            for (int shared : sharedPorts()) {
                if (shared >= port && shared < port + workers) {
                    throw new UsageException(
                            "port "
                                    + shared
                                    + " is both shared and private: --private "
                                    + port
                                    + " takes "
                                    + port
                                    + " to "
                                    + (port + workers - 1));
                }
            }
        }
    }

    private List<Integer> sharedPorts() {
        return Stream.concat(
                        ports.stream(), listen.stream().map(address -> address.address().port()))
                .toList();
    }

    /// The name of the program, reduced to what is valid as a supervisor's name.
    String programName() {
        String program = command.words().getFirst().replace(Command.JAVA, "java");
        if (program.contains("{")) {
            return "berth";
        }
        String base = program.substring(program.lastIndexOf('/') + 1);
        String clean = base.replaceAll("[^A-Za-z0-9._-]", "-").replaceAll("^\\.+", "");
        return clean.isEmpty() ? "berth" : clean.substring(0, Math.min(50, clean.length()));
    }

    /// The plan of the supervisor.
    ///
    /// @param supervisor the name that it was given
    /// @param runtime its own runtime directory
    ServiceSpec plan(
            String supervisor, Path runtime, Path workingDirectory, Optional<User> account) {
        return new ServiceSpec(
                supervisor,
                command,
                workers,
                ports,
                listen,
                privatePorts,
                socketMode,
                backend,
                policy,
                maxConnections,
                settings,
                workingDirectory,
                environment,
                account,
                stopSignal,
                backlog,
                firstAtZero,
                join,
                probe,
                runtime);
    }

    static Probe probe(String url) {
        return Options.converted(() -> new Probe(url, PROBE_INTERVAL));
    }
}
