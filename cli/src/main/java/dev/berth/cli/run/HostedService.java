package dev.berth.cli.run;

import dev.berth.cli.command.CommandFailure;
import dev.berth.dispatch.Dispatcher;
import dev.berth.supervise.Registration;
import dev.berth.supervise.Supervisor;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.control.ControlServer;
import dev.berth.supervise.control.NameTakenException;
import dev.berth.supervise.control.RuntimeDirectory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/// A service of this process: its name, its control socket and its supervisor.
///
/// **Ownership:** [#close] ends what is still running, and gives the name back.
final class HostedService implements AutoCloseable {
    /// How many names are tried: `python3`, `python3-2` …
    private static final int MOST_NAMES = 100;

    private final CheckedService service;
    private final ServiceLog log;
    private final ControlCommands commands;
    private final Registration registration;
    private final ServiceSpec spec;
    private final ControlServer server;
    private Optional<Dispatcher> dispatcher = Optional.empty();
    private Optional<Supervised> supervised = Optional.empty();

    /// A supervisor, and what clients ask.
    private record Supervised(Supervisor supervisor, SharedShutdown shutdown) {}

    private HostedService(
            CheckedService service, ServiceLog log, Path all, Registration registration)
            throws IOException {
        this.service = service;
        this.log = log;
        this.registration = registration;
        commands = new ControlCommands(log.feed());
        String name = take();
        spec = service.spec().withName(name, all.resolve(name));
        server = ControlServer.open(spec.runtime().resolve(RuntimeDirectory.CONTROL), commands);
    }

    /// Takes the service's name. Until [#supervise] is called, clients are asked to try again.
    ///
    /// @param all the directory of all supervisors
    static HostedService claim(CheckedService service, ServiceLog log, Path all)
            throws IOException {
        Registration registration = Registration.begin(all);
        try {
            return new HostedService(service, log, all, registration);
        } catch (IOException | RuntimeException | Error failed) {
            registration.close();
            throw failed;
        }
    }

    private String take() throws IOException {
        String wanted = service.spec().name();
        String name = wanted;
        for (int number = 2; ; number++) {
            try {
                registration.claim(name, log::note);
                return name;
            } catch (NameTakenException taken) {
                if (service.request().named() || number > MOST_NAMES) {
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

    ServiceSpec spec() {
        return spec;
    }

    CheckedService checked() {
        return service;
    }

    ServiceLog log() {
        return log;
    }

    /// Its name in the dispatcher's routes.
    String route() {
        return service.request().route().orElse(spec.name());
    }

    /// Prepares the supervisor, and serves clients from now on.
    ///
    /// @param from the dispatcher that it gets its connections from, if any; stays the caller's
    void supervise(Optional<Dispatcher> from) throws IOException {
        dispatcher = from;
        Supervisor created =
                from.isPresent()
                        ? Supervisor.create(spec, log, from.get(), route(), registration)
                        : Supervisor.create(spec, log, registration);
        var shutdown = new SharedShutdown(new LiveSupervisor(created));
        supervised = Optional.of(new Supervised(created, shutdown));
        commands.serve(shutdown, log);
    }

    /// What clients ask.
    SharedShutdown shutdown() {
        return supervised.orElseThrow().shutdown();
    }

    /// The supervisor, for those that stop several.
    SupervisorControl control() {
        return new LiveSupervisor(supervised.orElseThrow().supervisor());
    }

    /// Runs it until it is stopped, and returns the exit code. Clients of a dispatcher are refused
    /// from then on.
    int run() throws IOException {
        try (this) {
            return supervised.orElseThrow().supervisor().run();
        } finally {
            dispatcher.ifPresent(from -> from.setRefusing(route(), true));
        }
    }

    /// Call it on the thread of [#run], or instead of it. Closing twice is harmless.
    @Override
    public void close() {
        supervised.ifPresent(it -> it.supervisor().close());
        server.close();
        registration.close();
    }
}
