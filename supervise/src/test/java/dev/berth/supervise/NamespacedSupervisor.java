package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.dispatch.Dispatcher;
import dev.berth.dispatch.DispatcherConfig;
import dev.berth.dispatch.DispatcherStats;
import dev.berth.dispatch.ProxyProtocol;
import dev.berth.net.DiagQuery;
import dev.berth.net.ListenAddress;
import dev.berth.net.ProcessEntry;
import dev.berth.net.ProcessList;
import dev.berth.net.SockDiag;
import dev.berth.net.SocketRow;
import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.EventSink;
import dev.berth.supervise.contract.GroupSpec;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.ProcessSpec;
import dev.berth.supervise.contract.Readiness;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.SharedAddresses;
import dev.berth.supervise.contract.SocketSource;
import dev.berth.supervise.contract.Status;
import dev.berth.supervise.contract.SteeringBackend;
import dev.berth.supervise.contract.SteeringSpec;
import dev.berth.supervise.contract.Timeouts;
import dev.berth.supervise.contract.Timing;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.contract.WorkerSpec;
import dev.berth.supervise.process.Env;
import dev.berth.supervise.steering.DispatcherTarget;
import dev.berth.sys.Processes;
import dev.berth.testkit.Await;
import dev.berth.testkit.MachineTime;
import dev.berth.testkit.NetworkNamespace;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/// A supervisor in a network namespace of its own, with clients there.
///
/// **Ownership:** [#close] ends the supervisor, all workers and the namespace, and fails if a
/// listener is left in it.
final class NamespacedSupervisor implements AutoCloseable, EventSink {
    static final int PORT = 8080;

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final int session =
            ProcessList.of((int) ProcessHandle.current().pid()).orElseThrow().session();
    private final NetworkNamespace namespace;
    private final Path runtime;
    private final List<String> said = new ArrayList<>();
    private final List<String> printed = new ArrayList<>();
    private Env env = Env.system();
    private int workers = 2;
    private SteeringBackend backend = SteeringBackend.AUTO;
    private Policy policy = new Policy.Hash();
    private OptionalInt maxConnections = OptionalInt.empty();
    private Duration slowStart = Duration.ZERO;
    private Function<GroupSpec, SocketSource> adopt = SocketSource.Intercept::new;
    private boolean dispatched;
    private Readiness readiness = new Readiness.Listening();
    private Optional<Dispatcher> dispatcher = Optional.empty();
    private boolean join;
    private Duration giveUp = Duration.ofSeconds(10);
    private List<Integer> ports = List.of();
    private List<ListenAddress> listen = List.of();
    private List<Integer> privatePorts = List.of();
    private Optional<Supervisor> supervisor = Optional.empty();
    private Optional<Thread> owner = Optional.empty();
    private volatile int exitCode = -1;

    private NamespacedSupervisor(NetworkNamespace namespace, Path runtime) {
        this.namespace = namespace;
        this.runtime = runtime;
    }

    static NamespacedSupervisor open(Path directory) throws IOException {
        Path runtime = Files.createTempDirectory(directory, "run");
        return new NamespacedSupervisor(NetworkNamespace.open(), runtime);
    }

    /// Only a plan and an observer, for a test inside a namespace of its own.
    static NamespacedSupervisor unstarted(NetworkNamespace namespace, Path directory)
            throws IOException {
        return new NamespacedSupervisor(namespace, Files.createTempDirectory(directory, "run"));
    }

    NamespacedSupervisor workers(int count) {
        workers = count;
        return this;
    }

    NamespacedSupervisor env(Env next) {
        env = next;
        return this;
    }

    NamespacedSupervisor steer(SteeringBackend mechanism) {
        backend = mechanism;
        return this;
    }

    NamespacedSupervisor policy(String word) {
        policy = Policy.parse(word);
        return this;
    }

    NamespacedSupervisor maxConnections(int most) {
        maxConnections = OptionalInt.of(most);
        return this;
    }

    NamespacedSupervisor slowStart(Duration time) {
        slowStart = time;
        return this;
    }

    NamespacedSupervisor adopt(Function<GroupSpec, SocketSource> way) {
        adopt = way;
        return this;
    }

    /// Gives the workers connections from a dispatcher that listens on `listen`.
    NamespacedSupervisor dispatch() {
        dispatched = true;
        policy = new Policy.RoundRobin();
        return this;
    }

    /// Makes workers ready only when they say so.
    NamespacedSupervisor announced() {
        readiness = new Readiness.Notified();
        return this;
    }

    NamespacedSupervisor join() {
        join = true;
        return this;
    }

    NamespacedSupervisor giveUp(Duration limit) {
        giveUp = limit;
        return this;
    }

    NamespacedSupervisor port(int port) {
        ports = List.of(port);
        return this;
    }

    NamespacedSupervisor listen(String... addresses) {
        listen = List.of(addresses).stream().map(ListenAddress::parse).toList();
        return this;
    }

    NamespacedSupervisor privatePort(int port) {
        privatePorts = List.of(port);
        return this;
    }

    ServiceSpec plan(String... command) {
        Timeouts timeouts =
                new Timeouts(
                        Duration.ofMillis(150),
                        MachineTime.stretched(Duration.ofSeconds(15)),
                        Duration.ofSeconds(3),
                        Duration.ofMillis(300),
                        Duration.ofSeconds(3),
                        giveUp);
        ProcessSpec process = ProcessSpec.defaults().withDirectory(runtime.getParent());
        return new ServiceSpec(
                "test",
                runtime,
                new WorkerSpec(new Command(List.of(command)), workers, process),
                sockets(),
                policy,
                new Timing(timeouts, Optional.empty(), Settings.PROVE));
    }

    private SocketSource sockets() {
        SharedAddresses addresses = new SharedAddresses(ports, listen);
        if (dispatched) {
            return new SocketSource.Dispatch(addresses, 512, ProxyProtocol.OFF);
        }
        return adopt.apply(
                new GroupSpec(
                        addresses,
                        privatePorts,
                        512,
                        readiness,
                        new SteeringSpec(backend, join, maxConnections, slowStart),
                        false));
    }

    /// Starts, without waiting for anything.
    NamespacedSupervisor begin(String... command) throws Exception {
        namespace.run(
                () -> {
                    Supervisor created = create(plan(command));
                    supervisor = Optional.of(created);
                    owner =
                            Optional.of(
                                    Thread.ofPlatform().name("owner").start(() -> run(created)));
                });
        return this;
    }

    private Supervisor create(ServiceSpec spec) throws IOException {
        if (!dispatched) {
            return Supervisor.create(spec, this, env, Optional.empty(), Optional.empty());
        }
        Dispatcher opened =
                Dispatcher.open(
                        DispatcherConfig.simple(listen, 512, "test"), text -> onEvent(text));
        dispatcher = Optional.of(opened);
        return Supervisor.create(
                spec,
                this,
                Env.system(),
                Optional.of(new DispatcherTarget(opened, "test")),
                Optional.empty());
    }

    /// The dispatcher's counts.
    DispatcherStats dispatched() {
        return dispatcher.orElseThrow().counts();
    }

    private void run(Supervisor created) {
        try {
            exitCode = created.run();
        } catch (IOException | RuntimeException failed) {
            onEvent("the supervisor failed: " + failed);
        }
    }

    /// Starts, and waits until every slot is ready.
    NamespacedSupervisor start(String... command) throws Exception {
        begin(command);
        awaitReady();
        return this;
    }

    void awaitReady() {
        await(
                "all slots ready",
                () -> status().slots().stream().allMatch(NamespacedSupervisor::ready));
    }

    private static boolean ready(Status.SlotStatus slot) {
        return slot.state().equals("ready") && slot.workers().size() == 1;
    }

    /// Waits for the end of the supervisor and returns its exit code.
    int awaitEnd() {
        await("the supervisor's end", this::ended);
        return exitCode;
    }

    void await(String what, NamespaceCheck check) {
        Await.until(
                PATIENCE,
                () -> {
                    try {
                        return check.holds();
                    } catch (Exception failed) {
                        throw new AssertionError(what, failed);
                    }
                },
                () -> what + "; said: " + said() + "; printed: " + printed());
    }

    interface NamespaceCheck {
        boolean holds() throws Exception;
    }

    Status status() {
        if (ended()) {
            throw new AssertionError("the supervisor has ended; said: " + said());
        }
        try {
            return supervisor.orElseThrow().status().get(180, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException failed) {
            throw new AssertionError("no status; said: " + said(), failed);
        }
    }

    CompletableFuture<Status> beginStatus() {
        return supervisor.orElseThrow().status();
    }

    Status.SlotStatus slot(int index) {
        return status().slots().get(index);
    }

    /// The number of connections in all queues.
    int queued() {
        return status().slots().stream()
                .flatMap(slot -> slot.sockets().stream())
                .mapToInt(socket -> socket.queue().orElse(0))
                .sum();
    }

    /// The number of connections queued for one slot.
    int queue(int slot) {
        return slot(slot).sockets().stream().mapToInt(socket -> socket.queue().orElse(0)).sum();
    }

    int pid(int slot) {
        return slot(slot).pid().orElseThrow();
    }

    CompletableFuture<RequestResult> begin(Request request) {
        return supervisor.orElseThrow().ask(request).orTimeout(300, TimeUnit.SECONDS);
    }

    RequestResult ask(Request request) throws Exception {
        CompletableFuture<RequestResult> answer = begin(request);
        await("an answer to " + request, () -> answer.isDone() || ended());
        assertThat(answer.isDone()).as("answered; said: " + said()).isTrue();
        return answer.get();
    }

    /// The CPU time used by the supervisor's own thread.
    long ownerCpuNanos() {
        return ManagementFactory.getThreadMXBean().getThreadCpuTime(owner.orElseThrow().threadId());
    }

    private boolean ended() {
        return owner.filter(Thread::isAlive).isEmpty();
    }

    /// Rolls, and requires success.
    void roll() throws Exception {
        RequestResult result = ask(new Request.Roll(Optional.empty()));
        assertThat(result.done()).as(result.text() + "; said: " + said()).isTrue();
    }

    <T> T inside(Callable<T> task) throws Exception {
        return namespace.call(task);
    }

    static InetSocketAddress at(String host, int port) throws IOException {
        return new InetSocketAddress(InetAddress.getByName(host), port);
    }

    String ask(String host, int port) throws Exception {
        return inside(() -> ClientLoad.ask(at(host, port)));
    }

    /// The workers that answered `requests` requests.
    Set<String> served(String host, int port, int requests) throws Exception {
        return inside(
                () -> {
                    Set<String> found = new HashSet<>();
                    for (int i = 0; i < requests; i++) {
                        found.add(ClientLoad.ask(at(host, port)));
                    }
                    return found;
                });
    }

    /// The slots that answered.
    Set<Integer> slots(String host, int port) throws Exception {
        Set<Integer> slots = new HashSet<>();
        for (String who : served(host, port, 60)) {
            slots.add(Integer.parseInt(who.substring(0, who.indexOf('.'))));
        }
        return slots;
    }

    ClientLoad load(String host, int port, int clients) throws Exception {
        return inside(() -> new ClientLoad(at(host, port), clients));
    }

    /// Rolls under load, and requires that no client notices.
    void rollUnseen(String host, int port) throws Exception {
        try (ClientLoad clientLoad = load(host, port, 4)) {
            await("some answers", () -> clientLoad.answered() > 20);
            roll();
            int then = clientLoad.answered();
            await("more answers", () -> clientLoad.answered() > then + 20);
            assertThat(clientLoad.end()).as("failures; said: " + said()).isEmpty();
        }
    }

    /// Requires that every slot answers before and after a roll that no client notices.
    void servesAndRolls(String host, int port) throws Exception {
        Set<Integer> all = new HashSet<>();
        status().slots().forEach(slot -> all.add(slot.slot()));
        assertThat(slots(host, port)).isEqualTo(all);
        rollUnseen(host, port);
        assertThat(slots(host, port)).isEqualTo(all);
        assertThat(status().foreignSockets()).isEmpty();
    }

    /// Tells the supervisor to stop, and waits for its end.
    void stop() throws Exception {
        RequestResult result = ask(new Request.Stop());
        assertThat(result.done()).as(result.text()).isTrue();
        assertThat(awaitEnd()).isZero();
    }

    @Override
    public void onEvent(String text) {
        synchronized (said) {
            said.add(text);
        }
    }

    @Override
    public void onOutput(WorkerId worker, boolean error, String line) {
        synchronized (said) {
            printed.add(worker + " " + line);
        }
    }

    String said() {
        synchronized (said) {
            return String.join("\n", said);
        }
    }

    List<String> printed() {
        synchronized (said) {
            return List.copyOf(printed);
        }
    }

    void awaitSaid(String part) {
        await("to be said: " + part, () -> said().contains(part));
    }

    @Override
    public void close() throws Exception {
        try {
            if (!ended()) {
                // It may be ending by itself at this moment, and then does not answer.
                begin(new Request.Stop());
                awaitEnd();
            }
            supervisor.ifPresent(Supervisor::close);
            supervisor = Optional.empty();
            dispatcher.ifPresent(Dispatcher::close);
            reap();
            await("nothing left that listens", () -> inside(this::listeners).isEmpty());
        } finally {
            supervisor.ifPresent(Supervisor::close);
            dispatcher.ifPresent(Dispatcher::close);
            namespace.close();
        }
    }

    /// Processes that the workers started were reparented to this process when the workers ended;
    /// nothing else reaps them.
    private void reap() throws IOException {
        int self = (int) ProcessHandle.current().pid();
        for (ProcessEntry entry : ProcessList.read()) {
            if (entry.parent() == self && entry.session() != session && entry.zombie()) {
                Processes.reap(entry.pid());
            }
        }
    }

    /// All listeners of the namespace; call it inside the namespace.
    List<SocketRow> listeners() throws IOException {
        try (SockDiag diag = SockDiag.open()) {
            return diag.dump(DiagQuery.listeners());
        }
    }

    /// The inode of the only listener.
    long listener() throws Exception {
        List<SocketRow> rows = inside(this::listeners);
        assertThat(rows).hasSize(1);
        return rows.getFirst().inode();
    }
}
