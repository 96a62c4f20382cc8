package dev.berth.cli.run;

import dev.berth.cli.command.ExitCode;
import dev.berth.cli.command.Failure;
import dev.berth.dispatch.Dispatcher;
import dev.berth.dispatch.Routes;
import dev.berth.inspect.Printable;
import dev.berth.supervise.Supervisor;
import dev.berth.supervise.contract.Plan;
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

/// One supervisor from its checks to its end.
public final class Session {
    /// Names that are tried: `python3`, `python3-2` …
    private static final int MOST_NAMES = 100;

    private final RunOptions options;
    private final Announcements announcements = new Announcements();
    private final ControlCommands commands = new ControlCommands(announcements);
    private final Path directory;
    private final Optional<User> user;

    private Session(RunOptions options, Map<String, String> environment) throws IOException {
        this.options = options;
        this.user = Account.find(options.user());
        this.directory = WorkingDirectory.find(options.directory(), environment);
        Map<String, String> workers = new HashMap<>(environment);
        workers.putAll(options.environment());
        Program.check(options.command().words().getFirst(), directory, workers);
    }

    /// Runs until it is told to stop; the exit code.
    ///
    /// - `base`: the name to begin with where none was given
    /// - `begun`: told when the supervisor is about to run; must not wait
    public static int run(
            RunOptions options,
            String base,
            Map<String, String> environment,
            BiConsumer<Supervised, Console> begun)
            throws IOException {
        return new Session(options, environment).run(base, begun);
    }

    private int run(String base, BiConsumer<Supervised, Console> begun) throws IOException {
        Path runtime = RuntimeDirectory.locate();
        Named named = open(runtime, options.name().orElse(base));
        try (ControlServer _ = named.server()) {
            PortCheck.check(options);
            return supervise(named.name(), runtime.resolve(named.name()), begun);
        }
    }

    private record Named(String name, ControlServer server) {}

    private Named open(Path runtime, String wanted) throws IOException {
        String name = wanted;
        for (int number = 2; ; number++) {
            try {
                Path socket = runtime.resolve(name).resolve(RuntimeDirectory.CONTROL);
                return new Named(name, ControlServer.open(socket, commands));
            } catch (NameTakenException taken) {
                if (options.name().isPresent() || number > MOST_NAMES) {
                    throw new Failure(
                            taken.getMessage()
                                    + "; choose another --name, or first: berth stop "
                                    + name,
                            taken);
                }
                name = wanted + "-" + number;
            }
        }
    }

    private int supervise(String name, Path runtime, BiConsumer<Supervised, Console> begun)
            throws IOException {
        Plan plan = options.plan(name, runtime, directory, user);
        try (Console console = Console.open(announcements, options.log())) {
            console.name(name);
            if (!options.dispatched()) {
                return supervise(Supervisor.create(plan, console), plan, console, begun);
            }
            try (Dispatcher dispatcher = Dispatching.open(options, Routes.all(name), console)) {
                Supervisor created = Supervisor.create(plan, console, dispatcher, name);
                return supervise(created, plan, console, begun);
            }
        }
    }

    private int supervise(
            Supervisor created, Plan plan, Console console, BiConsumer<Supervised, Console> begun)
            throws IOException {
        try (Supervisor supervisor = created) {
            var supervised = new Ending(new LiveSupervisor(supervisor));
            commands.serve(supervised, console);
            RunSignals.install(supervised, console);
            console.note(greeting(plan));
            begun.accept(supervised, console);
            int code = supervisor.run();
            if (code != ExitCode.DONE) {
                console.failed();
            }
            return code;
        }
    }

    /// What is begun, and where to look at it.
    static String greeting(Plan plan) {
        return plan.name()
                + ": "
                + plan.workers()
                + " x "
                + Printable.command(plan.command().toString(), 60)
                + "; see: berth status "
                + plan.name();
    }
}
