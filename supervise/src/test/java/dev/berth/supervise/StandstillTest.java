package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.ProcessEntry;
import dev.berth.net.ProcessList;
import dev.berth.supervise.adoption.BindInterceptor;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.SteeringBackend;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Event;
import dev.berth.supervise.process.Env;
import dev.berth.supervise.process.OutputPump;
import dev.berth.supervise.process.ProcessStarter;
import dev.berth.supervise.process.SupervisorResources;
import dev.berth.supervise.process.WorkerProcess;
import dev.berth.supervise.steering.ConnectionSource;
import dev.berth.supervise.steering.CpuPinning;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.supervise.steering.ListenerRegistry;
import dev.berth.supervise.steering.SteeringSupport;
import dev.berth.supervise.watch.DrainMonitor;
import dev.berth.sys.Fd;
import dev.berth.sys.Pidfds;
import dev.berth.sys.Processes;
import dev.berth.sys.Redirect;
import dev.berth.sys.Signal;
import dev.berth.sys.SpawnRequest;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.NetworkNamespace;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;

/// The moment of the stop: a worker with a kept connection is frozen for the last check, and runs
/// on whatever the result.
@RequiresRoot
@RequiresProgram("python3")
@ExtendWith(LeakCheck.class)
final class StandstillTest {
    private static final WorkerId ID = new WorkerId(0, 1);

    /// Echoes every byte, on one connection after another.
    private static final String ECHO =
            """
            s = listen(('127.0.0.1', 8080))
            while True:
                c, _ = s.accept()
                while True:
                    byte = c.recv(1)
                    if not byte:
                        break
                    c.sendall(byte)
            """;

    /// No test lasts until the time is over, when the worker no longer has to be quiet.
    private static final Settings SETTINGS =
            SupervisorFixture.Setup.timed(
                    Settings.Ready.LISTENING, Duration.ofMinutes(30), Duration.ofSeconds(10));

    private static final long IDLE_MILLIS = SETTINGS.timeouts().idle().toMillis();

    @TempDir Path directory;

    private final GatedTables tables = new GatedTables();

    /// What happens between the check that finds the worker quiet and the one while it is frozen.
    private interface Meanwhile {
        void happens(Scene scene) throws IOException;
    }

    /// A draining worker, driven by the test's own loop.
    private final class Scene {
        private final SupervisorResources resources;
        private final WorkerProcess worker;
        private final DrainMonitor drainMonitor;
        private final List<Event> events = new ArrayList<>();
        private final NamespacedSupervisor supervisor;
        private final Meanwhile meanwhile;
        private Socket client = new Socket();
        private long asked;

        Scene(
                NamespacedSupervisor supervisor,
                SupervisorResources resources,
                ListenerRegistry registry,
                WorkerProcess worker,
                Meanwhile meanwhile) {
            this.supervisor = supervisor;
            this.resources = resources;
            this.worker = worker;
            this.meanwhile = meanwhile;
            drainMonitor =
                    new DrainMonitor(
                            resources,
                            new ConnectionSource(registry, Optional.empty()),
                            supervisor,
                            SETTINGS,
                            new DrainMonitor.Conditions(_ -> true, this::stops),
                            events::add);
        }

        /// Called between the two checks.
        private boolean stops(WorkerProcess any) {
            try {
                meanwhile.happens(this);
            } catch (IOException failed) {
                throw new AssertionError(failed);
            }
            return true;
        }

        void turnUntil(BooleanSupplier condition) throws IOException {
            supervisor.await(
                    "it",
                    () -> {
                        resources.loop().turn(resources.loop().now() + 1);
                        return condition.getAsBoolean();
                    });
        }

        /// Exchanges a byte, which shows that the worker runs.
        void exchange() throws IOException {
            asked = resources.loop().now();
            client.getOutputStream().write('a');
            assertThat(client.getInputStream().read()).isEqualTo('a');
        }

        /// True whenever the previous check found the connection idle.
        boolean idle() {
            return resources.loop().now() - asked >= IDLE_MILLIS;
        }

        private boolean connected() {
            try {
                client = new Socket(InetAddress.getLoopbackAddress(), NamespacedSupervisor.PORT);
                return true;
            } catch (IOException notYet) {
                return false;
            }
        }

        void drain() throws IOException {
            turnUntil(this::connected);
            client.setSoTimeout(60_000);
            exchange();
            drainMonitor.watch(worker);
        }

        boolean stopped() {
            return ProcessList.of(worker.pid())
                    .map(ProcessEntry::state)
                    .filter("T"::equals)
                    .isPresent();
        }
    }

    private interface Play {
        void play(Scene scene) throws IOException;
    }

    private void in(Meanwhile meanwhile, Play play) throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.open()) {
            namespace.call(
                    () -> {
                        NamespacedSupervisor supervisor =
                                NamespacedSupervisor.unstarted(namespace, directory);
                        try (ListenerRegistry registry =
                                new ListenerRegistry(
                                        SteeringSupport.find(SteeringBackend.NONE),
                                        new Policy.Hash(),
                                        CpuPinning.here())) {
                            scene(supervisor, registry, meanwhile, play);
                        }
                        return true;
                    });
        }
    }

    private void scene(
            NamespacedSupervisor supervisor,
            ListenerRegistry registry,
            Meanwhile meanwhile,
            Play play)
            throws Exception {
        ServiceSpec spec = supervisor.plan("python3");
        try (SupervisorResources resources =
                        new SupervisorResources(
                                spec,
                                supervisor,
                                Env.system().withCgroups(false).withTables(tables),
                                Optional.empty());
                OutputPump.Pipes pipes = resources.pump().open(ID, Optional.empty());
                WorkerProcess worker = start(resources, pipes)) {
            new BindInterceptor(spec, registry, resources, supervisor, new OneWorker(worker))
                    .watch(worker);
            Scene scene = new Scene(supervisor, resources, registry, worker, meanwhile);
            try {
                scene.drain();
                play.play(scene);
                scene.drainMonitor.close();
                scene.exchange();
            } finally {
                scene.drainMonitor.close();
                scene.client.close();
                Pidfds.pidfdSendSignal(worker.pidfd().number(), Signal.KILL.number());
                supervisor.await("its end", () -> Processes.reap(worker.pid()).isPresent());
            }
        }
    }

    private WorkerProcess start(SupervisorResources resources, OutputPump.Pipes pipes)
            throws IOException {
        SpawnRequest request =
                new SpawnRequest(
                        PythonServers.interpreter(),
                        List.of(PythonServers.python(directory, ECHO)),
                        List.of("PATH=/usr/bin:/bin"),
                        directory,
                        List.of(
                                new Redirect(pipes.out().number(), 1),
                                new Redirect(pipes.err().number(), 2)),
                        true);
        ProcessStarter.Child child = resources.spawner().start(request, OptionalInt.empty());
        long start = ProcessList.of(child.pid()).orElseThrow().startTicks();
        Fd pidfd = Fd.of("pidfd_open", child.pid(), Pidfds.pidfdOpen(child.pid(), 0));
        return new WorkerProcess(
                ID,
                new WorkerProcess.FirstProcess(child.pid(), start, pidfd),
                child.notifications(),
                Optional.empty(),
                pipes.output());
    }

    private record OneWorker(WorkerProcess worker) implements BindInterceptor.Callbacks {
        @Override
        public Collection<WorkerProcess> live() {
            return List.of(worker);
        }

        @Override
        public boolean ready(WorkerProcess any) {
            return false;
        }

        @Override
        public void listenerStarted(WorkerProcess any) {
            assertThat(any).isEqualTo(worker);
        }

        @Override
        public Optional<String> rejection(WorkerProcess asked, GroupKey key) {
            return Optional.empty();
        }
    }

    @Test
    void itIsFrozenUntilTheSignalIsSent() throws Exception {
        in(
                _ -> {},
                scene -> {
                    scene.turnUntil(() -> !scene.events.isEmpty());
                    assertThat(scene.events).containsExactly(new Event.Drained(ID));
                    assertThat(scene.stopped()).isTrue();
                    scene.drainMonitor.release(ID);
                    scene.exchange();
                });
    }

    /// A supervisor that ends calls [DrainMonitor#close].
    @Test
    void itRunsOnWhenTheSupervisorEnds() throws Exception {
        in(_ -> {}, scene -> scene.turnUntil(() -> !scene.events.isEmpty()));
    }

    @Test
    void itRunsOnIfTheStopIsCancelled() throws Exception {
        in(
                _ -> {},
                scene -> {
                    scene.turnUntil(() -> !scene.events.isEmpty());
                    scene.drainMonitor.release();
                    scene.exchange();
                });
    }

    @Test
    void itRunsOnIfTheLastCheckFails() throws Exception {
        in(
                scene -> {
                    if (scene.idle()) {
                        tables.fail();
                    }
                },
                scene -> {
                    scene.turnUntil(() -> !scene.supervisor.said().isEmpty());
                    assertThat(scene.stopped()).isFalse();
                    assertThat(scene.events).isEmpty();
                    scene.exchange();
                });
    }

    @Test
    void itRunsOnIfARequestHasArrivedMeanwhile() throws Exception {
        int[] asked = {0};
        in(
                scene -> {
                    assertThat(scene.stopped()).isFalse();
                    if (asked[0] < 3 && scene.idle()) {
                        asked[0]++;
                        scene.exchange();
                    }
                },
                scene -> {
                    scene.turnUntil(() -> !scene.events.isEmpty());
                    assertThat(asked[0]).isEqualTo(3);
                    assertThat(scene.stopped()).isTrue();
                });
    }
}
