package dev.berth.cli.run;

import dev.berth.cli.command.ExitCode;
import dev.berth.dispatch.Dispatcher;
import dev.berth.dispatch.Routes;
import dev.berth.inspect.Printable;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.contract.SocketSource;
import dev.berth.supervise.control.RuntimeDirectory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/// The services that this process runs, from the checks before their start to the end of the last.
///
/// When one of several is stopped, its connections are refused and the others go on. If one cannot
/// be started at all, all end.
public final class ServiceHost implements AutoCloseable {
    private final RunRequest request;
    private final Console console;
    private final List<HostedService> services = new ArrayList<>();
    private final Map<SocketSource.Dispatch, Dispatcher> dispatchers = new HashMap<>();

    private ServiceHost(RunRequest request, Console console) {
        this.request = request;
        this.console = console;
    }

    /// Runs until all services have ended, and returns the exit code.
    ///
    /// @param environment of this process
    /// @param begun called when the services are about to run; must not block
    public static int run(
            RunRequest request,
            Map<String, String> environment,
            BiConsumer<SupervisorControl, Console> begun)
            throws IOException {
        List<CheckedService> checked = new ArrayList<>();
        for (RequestedService service : request.services()) {
            checked.add(CheckedService.of(service, request.user(), environment));
        }
        try (Console console = Console.open(new ProgressFeed(), request.log());
                var host = new ServiceHost(request, console)) {
            host.prepare(checked);
            return host.run(begun);
        }
    }

    private void prepare(List<CheckedService> checked) throws IOException {
        Path all = RuntimeDirectory.locate(console::note);
        for (CheckedService service : checked) {
            services.add(HostedService.claim(service, log(service.spec()), all));
        }
        if (!fromFile()) {
            console.name(services.getFirst().spec().name());
        }
        Set<SocketSource> seen = new HashSet<>();
        for (CheckedService service : checked) {
            if (seen.add(service.spec().sockets())) {
                PortCheck.check(service.spec(), service.privileges());
            }
        }
        for (HostedService service : services) {
            service.supervise(dispatcher(service));
        }
    }

    private boolean fromFile() {
        return request.routes().isPresent();
    }

    /// The only service has the console for itself; several begin their lines with their names.
    private ServiceLog log(ServiceSpec spec) {
        return fromFile() ? new ServiceConsole(console, spec.name(), new ProgressFeed()) : console;
    }

    /// The dispatcher of the service, opened for the first that has it; empty for a service whose
    /// workers listen for themselves.
    private Optional<Dispatcher> dispatcher(HostedService service) throws IOException {
        if (!(service.spec().sockets() instanceof SocketSource.Dispatch dispatch)) {
            return Optional.empty();
        }
        Optional<Dispatcher> known = Optional.ofNullable(dispatchers.get(dispatch));
        if (known.isPresent()) {
            return known;
        }
        Routes routes = request.routes().orElseGet(() -> Routes.all(service.route()));
        Dispatcher opened = DispatcherSetup.open(dispatch, routes, console);
        dispatchers.put(dispatch, opened);
        return Optional.of(opened);
    }

    private int run(BiConsumer<SupervisorControl, Console> begun) throws IOException {
        SharedShutdown all =
                services.size() == 1
                        ? services.getFirst().shutdown()
                        : new SharedShutdown(
                                new CompositeSupervisor(
                                        services.stream().map(HostedService::control).toList()));
        RunSignals.install(all, console, request.onHangup());
        for (HostedService service : services) {
            console.note(greeting(service.spec()));
            service.checked().privileges().lost().ifPresent(service.log()::note);
        }
        begun.accept(all, console);
        int code = services.size() == 1 ? services.getFirst().run() : runAll(all);
        if (code != ExitCode.DONE) {
            console.failed();
        }
        return code;
    }

    /// What has been started, and the command that shows it.
    private static String greeting(ServiceSpec spec) {
        return spec.name()
                + ": "
                + spec.workers().count()
                + " x "
                + Printable.command(spec.command().toString(), 60)
                + "; see: berth status "
                + spec.name();
    }

    /// Runs each service on a thread of its own, and returns when the last one has ended.
    private int runAll(SupervisorControl all) {
        List<Integer> codes = new ArrayList<>();
        List<Thread> threads =
                services.stream()
                        .map(
                                service ->
                                        Thread.ofPlatform()
                                                .name(service.spec().name())
                                                .start(() -> run(service, codes, all)))
                        .toList();
        threads.forEach(ServiceHost::join);
        return codes.stream().mapToInt(Integer::intValue).max().orElse(ExitCode.FAILED);
    }

    private void run(HostedService service, List<Integer> codes, SupervisorControl all) {
        int code = ExitCode.FAILED;
        try {
            code = service.run();
        } catch (IOException | RuntimeException | Error failed) {
            // Caught here, so that the other services end, too.
            service.log().onEvent("the supervisor failed: " + failed);
        }
        boolean last;
        synchronized (codes) {
            codes.add(code);
            last = codes.size() == services.size();
        }
        if (code != ExitCode.DONE && !last) {
            service.log().onEvent("stopping the other services, too");
            var _ = all.ask(new Request.Stop());
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// Ends what is still running, and the dispatchers after their services.
    @Override
    public void close() {
        services.reversed().forEach(HostedService::close);
        dispatchers.values().forEach(Dispatcher::close);
    }
}
