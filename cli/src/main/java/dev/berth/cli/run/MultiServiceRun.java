package dev.berth.cli.run;

import dev.berth.cli.command.CommandFailure;
import dev.berth.cli.command.ExitCode;
import dev.berth.cli.command.Options;
import dev.berth.cli.command.TypedOption;
import dev.berth.cli.command.UsageException;
import dev.berth.dispatch.Dispatcher;
import dev.berth.supervise.Registration;
import dev.berth.supervise.Supervisor;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.contract.SocketSource;
import dev.berth.supervise.control.ControlServer;
import dev.berth.supervise.control.NameTakenException;
import dev.berth.supervise.control.RuntimeDirectory;
import dev.berth.sys.User;

import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The services of a file: one dispatcher and one supervisor per service, in one process.
///
/// When a service is stopped, its connections are refused and the others go on. If a service cannot
/// be started at all, all services end.
final class MultiServiceRun {
    /// The options that are set in the file and must not be on the command line.
    private static final List<TypedOption<?>> IN_FILE =
            List.of(
                    RunOptions.PORTS,
                    RunOptions.LISTEN,
                    RunOptions.WORKERS,
                    RunOptions.SHARE,
                    RunOptions.PROXY_PROTOCOL);

    private static final String SUFFIX = ".toml";

    private final ServiceFile file;
    private final RunRequest common;
    private final Map<String, String> environment;
    private final Deque<Runnable> undo = new ArrayDeque<>();
    private final List<RunningService> ships = new ArrayList<>();

    private MultiServiceRun(ServiceFile file, RunRequest common, Map<String, String> environment) {
        this.file = file;
        this.common = common;
        this.environment = environment;
    }

    /// One running service.
    private record RunningService(
            String service,
            ServiceSpec spec,
            Registration registration,
            ControlServer server,
            Supervisor supervisor,
            ServiceConsole serviceConsole) {
        int run(Dispatcher dispatcher) {
            try (registration;
                    server;
                    supervisor) {
                return supervisor.run();
            } catch (IOException | RuntimeException | Error failed) {
                // Caught here, so that the other services end, too.
                serviceConsole.onEvent("the supervisor failed: " + failed);
                return ExitCode.FAILED;
            } finally {
                dispatcher.setRefusing(service, true);
            }
        }
    }

    /// Runs until all services have ended, and returns the exit code.
    static int run(ParseResult parsed, Path path, Map<String, String> environment)
            throws UsageException, IOException {
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
        RunRequest common = ServiceReader.read(parsed, file, plainName(path));
        return new MultiServiceRun(file, common, environment).run();
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

    private int run() throws IOException {
        try (Console console = Console.open(new ProgressFeed(), common.log())) {
            return run(console);
        } finally {
            while (!undo.isEmpty()) {
                undo.pop().run();
            }
        }
    }

    private int run(Console console) throws IOException {
        PortCheck.check(common, BindPrivileges.of(common, Optional.empty()));
        Dispatcher dispatcher =
                DispatcherSetup.open(
                        (SocketSource.Dispatch) common.service().sockets(), file.routes(), console);
        undo.push(dispatcher::close);
        for (ServiceFile.ServiceEntry service : file.services()) {
            ships.add(prepare(service, dispatcher, console));
        }
        List<SupervisorControl> all = new ArrayList<>();
        ships.forEach(running -> all.add(new LiveSupervisor(running.supervisor())));
        SharedShutdown together = new SharedShutdown(new CompositeSupervisor(all));
        RunSignals.install(together, console, common.onHangup());
        ships.forEach(running -> console.note(ServiceRun.greeting(running.spec())));
        int code = runAll(dispatcher, together);
        if (code != ExitCode.DONE) {
            console.failed();
        }
        return code;
    }

    private RunningService prepare(
            ServiceFile.ServiceEntry service, Dispatcher dispatcher, Console console)
            throws IOException {
        ServiceSpec wanted = service.of(common.service());
        String name = wanted.name();
        Optional<User> user = Account.find(common.user());
        Path directory = WorkingDirectory.find(wanted.process().directory(), environment);
        Map<String, String> variables = new HashMap<>(environment);
        variables.putAll(wanted.process().environment());
        check(service, directory, variables);
        var feed = new ProgressFeed();
        var commands = new ControlCommands(feed);
        Path all = RuntimeDirectory.locate(console::note);
        Path runtime = all.resolve(name);
        Registration registration = register(all, name, console);
        ControlServer server =
                ControlServer.open(runtime.resolve(RuntimeDirectory.CONTROL), commands);
        undo.push(server::close);
        ServiceSpec spec =
                wanted.withName(name, runtime)
                        .withProcess(same -> same.withUser(user).withDirectory(directory));
        var serviceConsole = new ServiceConsole(console, name, feed);
        Supervisor supervisor =
                Supervisor.create(spec, serviceConsole, dispatcher, service.name(), registration);
        undo.push(supervisor::close);
        commands.serve(new SharedShutdown(new LiveSupervisor(supervisor)), serviceConsole);
        return new RunningService(
                service.name(), spec, registration, server, supervisor, serviceConsole);
    }

    private static void check(
            ServiceFile.ServiceEntry service, Path directory, Map<String, String> variables)
            throws CommandFailure {
        try {
            ProgramCheck.find(service.command().words().getFirst(), directory, variables);
        } catch (CommandFailure none) {
            throw new CommandFailure(service.place() + ": " + none.getMessage(), none);
        }
    }

    private Registration register(Path runtime, String name, Console console) throws IOException {
        Registration registration = Registration.begin(runtime);
        undo.push(registration::close);
        try {
            registration.claim(name, console::note);
            return registration;
        } catch (NameTakenException taken) {
            throw new CommandFailure(
                    taken.getMessage() + "; choose another --name, or first: berth stop " + name,
                    taken);
        }
    }

    /// Runs each service on a separate thread, and returns when the last one has ended.
    private int runAll(Dispatcher dispatcher, SupervisorControl together) {
        List<Thread> threads = new ArrayList<>();
        List<Integer> codes = new ArrayList<>();
        for (RunningService running : ships) {
            Runnable voyage =
                    () -> {
                        int code = running.run(dispatcher);
                        boolean last;
                        synchronized (codes) {
                            codes.add(code);
                            last = codes.size() == ships.size();
                        }
                        if (code != ExitCode.DONE && !last) {
                            running.serviceConsole().onEvent("stopping the other services, too");
                            var _ = together.ask(new Request.Stop());
                        }
                    };
            threads.add(Thread.ofPlatform().name(running.spec().name()).start(voyage));
        }
        for (Thread thread : threads) {
            join(thread);
        }
        return codes.stream().mapToInt(Integer::intValue).max().orElse(ExitCode.FAILED);
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
