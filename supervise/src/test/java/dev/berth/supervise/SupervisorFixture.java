package dev.berth.supervise;

import dev.berth.net.ListenAddress;
import dev.berth.net.ProcessEntry;
import dev.berth.net.ProcessList;
import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.GroupSpec;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Probe;
import dev.berth.supervise.contract.ProcessSpec;
import dev.berth.supervise.contract.Readiness;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.contract.ServiceSpecs;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.SettingsVariants;
import dev.berth.supervise.contract.SharedAddresses;
import dev.berth.supervise.contract.SocketSource;
import dev.berth.supervise.contract.Status;
import dev.berth.supervise.contract.SteeringBackend;
import dev.berth.supervise.contract.SteeringSpec;
import dev.berth.supervise.contract.WorkerSpec;
import dev.berth.supervise.process.Env;
import dev.berth.sys.Signal;
import dev.berth.sys.User;
import dev.berth.testkit.Await;
import dev.berth.testkit.MachineTime;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/// A supervisor under test, on a thread and in a runtime directory of its own.
///
/// **Ownership:** [#close] stops it and removes the directory.
final class SupervisorFixture implements AutoCloseable {
    static final Duration LIMIT = Duration.ofMinutes(3);
    private static final AtomicInteger COUNT = new AtomicInteger();

    final RecordingSink sink = new RecordingSink();
    final Path runtime;
    final Supervisor supervisor;
    private final CompletableFuture<Integer> exit = new CompletableFuture<>();
    private final Thread thread;

    /// The settings that differ between tests.
    static final class Setup {
        private Command command = new Command(List.of("true"));
        private int workers = 1;
        private List<Integer> ports = List.of();
        private List<ListenAddress> listen = List.of();
        private List<Integer> privatePorts = List.of();
        private Settings settings = quick(Settings.Ready.LISTENING);
        private Path directory = Path.of("/");
        private boolean closed;
        private final Map<String, String> environment = new HashMap<>();
        private Optional<User> user = Optional.empty();
        private SteeringBackend backend = SteeringBackend.AUTO;
        private Optional<Probe> probe = Optional.empty();
        private boolean cgroups = true;

        /// How long the server must have been silent on an idle connection.
        private static final Duration IDLE = Duration.ofMillis(300);

        /// Settings with short times.
        static Settings quick(Settings.Ready ready) {
            return timed(ready, Duration.ofSeconds(5), Duration.ofSeconds(10));
        }

        static Settings timed(Settings.Ready ready, Duration drain, Duration grace) {
            Settings timed =
                    SettingsVariants.timed(
                            Duration.ofMillis(150),
                            MachineTime.stretched(Duration.ofSeconds(15)),
                            drain,
                            grace,
                            Duration.ofSeconds(1));
            return SettingsVariants.withReady(SettingsVariants.withIdle(timed, IDLE), ready);
        }

        Setup command(Command next) {
            command = next;
            return this;
        }

        Setup workers(int next) {
            workers = next;
            return this;
        }

        Setup ports(List<Integer> next) {
            ports = next;
            return this;
        }

        Setup port(int next) {
            ports = List.of(next);
            return this;
        }

        Setup listen(String address) {
            listen = List.of(ListenAddress.parse(address));
            return this;
        }

        Setup privatePort(int next) {
            privatePorts = List.of(next);
            return this;
        }

        Setup settings(Settings next) {
            settings = next;
            return this;
        }

        /// Sets whether only root is permitted to enter the runtime directory.
        Setup closed(boolean next) {
            closed = next;
            return this;
        }

        Setup directory(Path next) {
            directory = next;
            return this;
        }

        Setup environment(String name, String value) {
            environment.put(name, value);
            return this;
        }

        Setup user(Optional<User> next) {
            user = next;
            return this;
        }

        Setup steer(SteeringBackend next) {
            backend = next;
            return this;
        }

        Setup probe(Probe next) {
            probe = Optional.of(next);
            return this;
        }

        Setup cgroups(boolean next) {
            cgroups = next;
            return this;
        }

        ServiceSpec plan(Path runtime) {
            Readiness readiness =
                    probe.<Readiness>map(Readiness.Probed::new)
                            .orElseGet(() -> ServiceSpecs.readiness(settings.ready()));
            GroupSpec group =
                    new GroupSpec(
                            new SharedAddresses(ports, listen),
                            privatePorts,
                            512,
                            readiness,
                            new SteeringSpec(backend, false, OptionalInt.empty(), Duration.ZERO),
                            settings.newAddresses());
            ProcessSpec process = new ProcessSpec(directory, environment, user, Signal.TERM);
            return new ServiceSpec(
                    runtime.getFileName().toString(),
                    runtime,
                    new WorkerSpec(command, workers, process),
                    new SocketSource.Intercept(group),
                    new Policy.Hash(),
                    settings.timing());
        }
    }

    private SupervisorFixture(Setup setup, boolean run) throws IOException {
        runtime = directory();
        if (setup.closed) {
            Files.setPosixFilePermissions(runtime, PosixFilePermissions.fromString("rwx------"));
        }
        supervisor =
                Supervisor.create(
                        setup.plan(runtime),
                        sink,
                        Env.system().withCgroups(setup.cgroups),
                        Optional.empty(),
                        Optional.empty());
        thread = Thread.ofPlatform().name("supervisor").unstarted(this::run);
        if (run) {
            thread.start();
        }
    }

    /// An empty directory with a unique name that anybody can enter.
    static Path directory() throws IOException {
        String name = "rig-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet() + "-";
        Path directory = Files.createTempDirectory(name);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        return directory;
    }

    static SupervisorFixture start(Setup setup) throws IOException {
        return new SupervisorFixture(setup, true);
    }

    /// Created but not yet running.
    static SupervisorFixture idle(Setup setup) throws IOException {
        return new SupervisorFixture(setup, false);
    }

    private void run() {
        try {
            exit.complete(supervisor.run());
        } catch (IOException | RuntimeException failed) {
            exit.completeExceptionally(failed);
        } finally {
            supervisor.close();
        }
    }

    /// Waits until it ends by itself and returns the exit code.
    int exit() throws Exception {
        return exit.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    RequestResult ask(Request request) throws Exception {
        return supervisor.ask(request).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    Status status() {
        try {
            return supervisor.status().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception failed) {
            throw new AssertionError(sink.toString(), failed);
        }
    }

    Status.SlotStatus slot(int index) {
        return status().slots().get(index);
    }

    /// The pid of the worker in service.
    int pid(int slot) {
        return slot(slot).pid().orElseThrow();
    }

    SupervisorFixture awaitReady() {
        await(() -> status().slots().stream().allMatch(slot -> slot.state().equals("ready")));
        return this;
    }

    void await(java.util.function.BooleanSupplier condition) {
        Await.until(
                LIMIT,
                () -> {
                    if (exit.isDone() && !condition.getAsBoolean()) {
                        throw new AssertionError("the supervisor has ended: " + sink);
                    }
                    return condition.getAsBoolean();
                },
                sink::toString);
    }

    /// Waits for a line that starts with `start` from any worker, and returns the rest of it.
    String printed(String start) {
        return Await.value(
                LIMIT,
                () ->
                        sink.printed().stream()
                                .filter(line -> line.contains(start))
                                .map(line -> line.substring(line.indexOf(start) + start.length()))
                                .findFirst(),
                () -> "nothing printed as " + start + ": " + sink);
    }

    void said(String part) {
        Await.until(
                LIMIT,
                () -> sink.said().stream().anyMatch(line -> line.contains(part)),
                () -> "not said: " + part + ": " + sink);
    }

    static boolean alive(int pid) {
        return ProcessList.of(pid).filter(entry -> !entry.zombie()).isPresent();
    }

    static long start(int pid) {
        return ProcessList.of(pid).map(ProcessEntry::startTicks).orElse(0L);
    }

    static void awaitGone(int pid, Duration limit) {
        Await.until(limit, () -> !alive(pid), () -> pid + " lives: " + ProcessList.command(pid));
    }

    /// The first line of the response from the server at `port`.
    static String ask(int port) throws IOException {
        try (Socket socket = connect(port);
                BufferedReader lines =
                        new BufferedReader(
                                new InputStreamReader(
                                        socket.getInputStream(), StandardCharsets.UTF_8))) {
            return String.valueOf(lines.readLine());
        }
    }

    static Socket connect(int port) throws IOException {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
        socket.setSoTimeout((int) LIMIT.toMillis());
        return socket;
    }

    @Override
    public void close() throws Exception {
        try {
            if (thread.getState() == Thread.State.NEW) {
                supervisor.close();
            } else {
                supervisor.ask(new Request.Stop());
                supervisor.ask(new Request.Stop());
                thread.join(LIMIT);
            }
        } finally {
            delete(runtime);
        }
        if (thread.isAlive()) {
            throw new AssertionError("the supervisor does not end: " + sink);
        }
    }

    static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> below = Files.walk(directory)) {
            for (Path path : below.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
