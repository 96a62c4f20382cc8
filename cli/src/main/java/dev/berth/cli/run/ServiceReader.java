package dev.berth.cli.run;

import dev.berth.cli.command.CommandFailure;
import dev.berth.cli.command.EnvironmentVariables;
import dev.berth.cli.command.Options;
import dev.berth.cli.command.TypedOption;
import dev.berth.cli.command.UsageException;
import dev.berth.cli.remote.RemoteHelp;
import dev.berth.dispatch.ProxyProtocol;
import dev.berth.dispatch.Routes;
import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.GroupSpec;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.ProcessSpec;
import dev.berth.supervise.contract.Readiness;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.contract.SharedAddresses;
import dev.berth.supervise.contract.SocketSource;
import dev.berth.supervise.contract.SteeringSpec;
import dev.berth.supervise.contract.Timeouts;
import dev.berth.supervise.contract.Timing;
import dev.berth.supervise.contract.WorkerSpec;

import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/// Makes services of a command line, and of a file to which the command line adds.
public final class ServiceReader {
    private static final int BACKLOG = 4096;

    /// The options that are set in the file and must not be on the command line.
    private static final List<TypedOption<?>> IN_FILE =
            List.of(
                    RunOptions.PORTS,
                    RunOptions.LISTEN,
                    RunOptions.WORKERS,
                    RunOptions.SHARE,
                    RunOptions.PROXY_PROTOCOL);

    private static final String SUFFIX = ".toml";

    private final ParseResult parsed;

    private ServiceReader(ParseResult parsed) {
        this.parsed = parsed;
    }

    /// Reads a command line without a file.
    static RunRequest read(ParseResult parsed) throws UsageException {
        return read(parsed, Optional.empty());
    }

    /// Reads a command line without a file.
    ///
    /// @param base the name to start from if none is given; empty: the program's
    public static RunRequest read(ParseResult parsed, Optional<String> base) throws UsageException {
        var reader = new ServiceReader(parsed);
        boolean dispatched = reader.or(RunOptions.SHARE, ShareMode.GROUP) == ShareMode.DISPATCH;
        if (dispatched) {
            DispatcherSetup.checkNoGroupOptions(parsed);
        } else if (RunOptions.PROXY_PROTOCOL.given(parsed)) {
            throw new UsageException("--proxy-protocol requires --share dispatch");
        }
        Command command = reader.command();
        String name = reader.name().or(() -> base).orElseGet(() -> programName(command));
        ServiceSpec spec =
                reader.service(
                        name,
                        command,
                        dispatched ? reader.dispatch() : reader.group(),
                        dispatched ? new Policy.RoundRobin() : new Policy.Hash());
        boolean named = RunOptions.NAME.given(parsed);
        return reader.request(
                List.of(new RequestedService(spec, Optional.empty(), "", named)), Optional.empty());
    }

    /// Reads a command line with the file that it names.
    static RunRequest read(ParseResult parsed, Path path) throws UsageException, IOException {
        for (TypedOption<?> option : IN_FILE) {
            if (option.given(parsed)) {
                throw new UsageException(
                        "with -f, " + option.name() + " must be set in the file: " + path);
            }
        }
        if (!Options.words(parsed).isEmpty()) {
            throw new UsageException("with -f, the commands must be set in the file: " + path);
        }
        ServiceFile file = ServiceFileReader.read(path.toString(), bytes(path));
        DispatcherSetup.checkNoGroupOptions(parsed);
        var reader = new ServiceReader(parsed);
        ServiceSpec common = reader.common(file, path);
        return reader.request(
                file.services().stream().map(service -> service.of(common)).toList(),
                Optional.of(file.routes()));
    }

    /// What the services of a file have in common, under the name that theirs begin with.
    private ServiceSpec common(ServiceFile file, Path path) throws UsageException {
        SharedAddresses addresses = new SharedAddresses(List.of(), file.listen());
        return service(
                name().or(file::name).orElseGet(() -> plainName(path)),
                file.services().getFirst().command(),
                new SocketSource.Dispatch(addresses, backlog(), file.proxy()),
                new Policy.RoundRobin());
    }

    private static byte[] bytes(Path path) throws IOException {
        try {
            return Files.readAllBytes(path);
        } catch (NoSuchFileException missing) {
            throw new CommandFailure("no such file: " + path, missing);
        } catch (IOException unreadable) {
            throw new CommandFailure(
                    "cannot read " + path + ": " + unreadable.getMessage(), unreadable);
        }
    }

    private static String plainName(Path path) {
        String name = String.valueOf(path.getFileName());
        String plain = name.endsWith(SUFFIX) ? name.substring(0, name.length() - 5) : name;
        String clean = plain.replaceAll("[^A-Za-z0-9_-]", "-");
        return clean.substring(0, Math.min(30, clean.length()));
    }

    private RunRequest request(List<RequestedService> services, Optional<Routes> routes) {
        return new RunRequest(
                services,
                routes,
                RunOptions.USER.in(parsed),
                RunOptions.LOG.in(parsed).map(Path::of),
                or(RunOptions.ON_HANGUP, HangupAction.STOP));
    }

    /// @param policy the default
    private ServiceSpec service(String name, Command command, SocketSource sockets, Policy policy)
            throws UsageException {
        int processors = Runtime.getRuntime().availableProcessors();
        WorkerSpec workers = new WorkerSpec(command, or(RunOptions.WORKERS, processors), process());
        var service =
                new ServiceSpec(
                        name,
                        Path.of(""),
                        workers,
                        sockets,
                        or(RunOptions.STEER, policy),
                        timing());
        checkPrivatePorts(service);
        return service;
    }

    private Command command() throws UsageException {
        List<String> words = Options.words(parsed);
        if (words.isEmpty()) {
            throw new UsageException(
                    "no command to run; for example: berth run -n 4 -- python3 -m http.server"
                            + " 8080");
        }
        return new Command(words);
    }

    private Optional<String> name() throws UsageException {
        Optional<String> name = RunOptions.NAME.in(parsed);
        if (name.isPresent()) {
            RemoteHelp.checked(name.get());
        }
        return name;
    }

    private ProcessSpec process() throws UsageException {
        ProcessSpec defaults = ProcessSpec.defaults();
        return new ProcessSpec(
                RunOptions.DIRECTORY.in(parsed).map(Path::of).orElse(defaults.directory()),
                EnvironmentVariables.of(parsed),
                defaults.user(),
                or(RunOptions.STOP_SIGNAL, defaults.stopSignal()));
    }

    private SocketSource dispatch() throws UsageException {
        SocketSource.Dispatch dispatch =
                Options.checked(
                        () ->
                                new SocketSource.Dispatch(
                                        addresses(),
                                        backlog(),
                                        or(RunOptions.PROXY_PROTOCOL, ProxyProtocol.OFF)));
        DispatcherSetup.check(dispatch);
        return dispatch;
    }

    private SocketSource group() throws UsageException {
        SocketSource.Grouped source =
                Options.checked(
                        () -> or(RunOptions.ADOPT, SocketSource.Intercept::new).apply(groupSpec()));
        if (!RunOptions.FD0.given(parsed)) {
            return source;
        }
        if (source instanceof SocketSource.Activate) {
            return new SocketSource.Activate(source.group(), true);
        }
        throw new UsageException("--fd0 requires --adopt listen-fds");
    }

    private GroupSpec groupSpec() {
        SteeringSpec defaults = SteeringSpec.defaults();
        SteeringSpec steering =
                new SteeringSpec(
                        or(RunOptions.BPF, defaults.backend()),
                        RunOptions.JOIN.given(parsed),
                        RunOptions.MAX_CONNECTIONS
                                .in(parsed)
                                .map(OptionalInt::of)
                                .orElse(defaults.maxConnections()),
                        or(RunOptions.SLOW_START, defaults.slowStart()));
        return new GroupSpec(
                addresses(),
                or(RunOptions.PRIVATE_PORTS, List.of()),
                backlog(),
                RunOptions.PROBE
                        .in(parsed)
                        .<Readiness>map(Readiness.Probed::new)
                        .or(() -> RunOptions.READY.in(parsed))
                        .orElseGet(Readiness.Listening::new),
                steering,
                RunOptions.ALLOW_NEW_ADDRESSES.given(parsed));
    }

    private SharedAddresses addresses() {
        return new SharedAddresses(
                or(RunOptions.PORTS, List.of()), or(RunOptions.LISTEN, List.of()));
    }

    private int backlog() {
        return or(RunOptions.BACKLOG, BACKLOG);
    }

    private Timing timing() {
        Timing defaults = Timing.defaults();
        Timeouts timeouts = defaults.timeouts();
        return new Timing(
                new Timeouts(
                        or(RunOptions.SETTLE, timeouts.settle()),
                        or(RunOptions.START_TIMEOUT, timeouts.start()),
                        or(RunOptions.DRAIN, timeouts.drain()),
                        or(RunOptions.IDLE, timeouts.idle()),
                        or(RunOptions.GRACE, timeouts.grace()),
                        or(RunOptions.GIVE_UP, timeouts.giveUp())),
                RunOptions.STAGGER.in(parsed),
                or(RunOptions.PROVE, defaults.prove()));
    }

    private <T> T or(TypedOption<T> option, T otherwise) {
        return option.in(parsed).orElse(otherwise);
    }

    private static void checkPrivatePorts(ServiceSpec service) throws UsageException {
        int workers = service.workers().count();
        for (int port : service.privatePorts()) {
            int last = port + workers - 1;
            if (last > 65535) {
                throw new UsageException(
                        "--private %s: the last of %s workers would get port %s"
                                .formatted(port, workers, last));
            }
            for (int shared : sharedPorts(service)) {
                if (shared >= port && shared <= last) {
                    throw new UsageException(
                            "port %s is both shared and private: --private %s takes %s to %s"
                                    .formatted(shared, port, port, last));
                }
            }
        }
    }

    private static List<Integer> sharedPorts(ServiceSpec service) {
        return Stream.concat(
                        service.ports().stream(),
                        service.listen().stream().map(address -> address.address().port()))
                .toList();
    }

    /// The name of the program, reduced to what is valid as a supervisor's name.
    private static String programName(Command command) {
        String program = command.words().getFirst().replace(Command.JAVA, "java");
        if (program.contains("{")) {
            return "berth";
        }
        String base = program.substring(program.lastIndexOf('/') + 1);
        String clean = base.replaceAll("[^A-Za-z0-9._-]", "-").replaceAll("^\\.+", "");
        return clean.isEmpty() ? "berth" : clean.substring(0, Math.min(50, clean.length()));
    }
}
