package dev.berth.cli.run;

import dev.berth.cli.command.CommandFailure;
import dev.berth.cli.command.ExitCode;
import dev.berth.dispatch.Dispatcher;
import dev.berth.dispatch.Routes;
import dev.berth.inspect.Printable;
import dev.berth.supervise.Registration;
import dev.berth.supervise.Supervisor;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.contract.SocketSource;
import dev.berth.supervise.control.ControlServer;
import dev.berth.supervise.control.NameTakenException;
import dev.berth.supervise.control.RuntimeDirectory;
import dev.berth.sys.User;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/// One supervisor, from the checks before its start to its end.
public final class ServiceRun {
    /// How many names are tried: `python3`, `python3-2` …
    private static final int MOST_NAMES = 100;

    private final RunRequest request;
    private final ProgressFeed feed = new ProgressFeed();
    private final ControlCommands commands = new ControlCommands(feed);
    private final ServiceSpec service;
    private final BindPrivileges privileges;

    private ServiceRun(RunRequest request, Map<String, String> environment) throws IOException {
        this.request = request;
        Optional<User> user = Account.find(request.user());
        Path directory =
                WorkingDirectory.find(request.service().process().directory(), environment);
        this.service =
                request.service().withProcess(same -> same.withUser(user).withDirectory(directory));
        Map<String, String> workers = new HashMap<>(environment);
        workers.putAll(service.process().environment());
        Optional<Path> program =
                ProgramCheck.find(service.command().words().getFirst(), directory, workers);
        this.privileges = BindPrivileges.of(request, program.map(directory::resolve));
        if (privileges.hidden().isPresent()) {
            throw new CommandFailure(privileges.hidden().get());
        }
    }

    /// Runs until it is stopped, and returns the exit code.
    ///
    /// @param begun called when the supervisor is about to run; must not block
    public static int run(
            RunRequest request,
            Map<String, String> environment,
            BiConsumer<SupervisorControl, Console> begun)
            throws IOException {
        return new ServiceRun(request, environment).run(begun);
    }

    private int run(BiConsumer<SupervisorControl, Console> begun) throws IOException {
        try (Console console = Console.open(feed, request.log());
                Registration registration =
                        Registration.begin(RuntimeDirectory.locate(console::note))) {
            String name = take(registration, service.name(), console);
            console.name(name);
            Path runtime = RuntimeDirectory.forName(name);
            Path socket = runtime.resolve(RuntimeDirectory.CONTROL);
            try (ControlServer _ = ControlServer.open(socket, commands)) {
                PortCheck.check(request, privileges);
                ServiceSpec spec = service.withName(name, runtime);
                return supervise(spec, registration, console, begun);
            }
        }
    }

    private String take(Registration registration, String wanted, Console console)
            throws IOException {
        String name = wanted;
        for (int number = 2; ; number++) {
            try {
                registration.claim(name, console::note);
                return name;
            } catch (NameTakenException taken) {
                if (request.named() || number > MOST_NAMES) {
                    throw new CommandFailure(
                            taken.getMessage()
                                    + "; choose another --name, or first: berth stop "
                                    + name,
                            taken);
                }
                name = wanted + "-" + number;
            }
        }
    }

    private int supervise(
            ServiceSpec spec,
            Registration registration,
            Console console,
            BiConsumer<SupervisorControl, Console> begun)
            throws IOException {
        if (!(spec.sockets() instanceof SocketSource.Dispatch dispatch)) {
            Supervisor created = Supervisor.create(spec, console, registration);
            return supervise(created, spec, console, begun);
        }
        String name = spec.name();
        try (Dispatcher dispatcher = DispatcherSetup.open(dispatch, Routes.all(name), console)) {
            Supervisor created = Supervisor.create(spec, console, dispatcher, name, registration);
            return supervise(created, spec, console, begun);
        }
    }

    private int supervise(
            Supervisor created,
            ServiceSpec spec,
            Console console,
            BiConsumer<SupervisorControl, Console> begun)
            throws IOException {
        try (Supervisor supervisor = created) {
            var supervised = new SharedShutdown(new LiveSupervisor(supervisor));
            commands.serve(supervised, console);
            RunSignals.install(supervised, console, request.onHangup());
            console.note(greeting(spec));
            privileges.lost().ifPresent(console::note);
            begun.accept(supervised, console);
            int code = supervisor.run();
            if (code != ExitCode.DONE) {
                console.failed();
            }
            return code;
        }
    }

    /// What has been started, and the command that shows it.
    static String greeting(ServiceSpec spec) {
        return spec.name()
                + ": "
                + spec.workers().count()
                + " x "
                + Printable.command(spec.command().toString(), 60)
                + "; see: berth status "
                + spec.name();
    }
}
