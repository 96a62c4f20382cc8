package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bpf.SeccompFilter;
import dev.berth.supervise.adoption.BindInterceptor;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.contract.SteeringBackend;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.process.Env;
import dev.berth.supervise.process.OutputPump;
import dev.berth.supervise.process.ProcessStarter;
import dev.berth.supervise.process.SupervisorResources;
import dev.berth.supervise.process.WorkerProcess;
import dev.berth.supervise.steering.CpuPinning;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.supervise.steering.ListenerRegistry;
import dev.berth.supervise.steering.SteeringSupport;
import dev.berth.sys.Arch;
import dev.berth.sys.Fd;
import dev.berth.sys.Pidfds;
import dev.berth.sys.Processes;
import dev.berth.sys.Redirect;
import dev.berth.sys.Seccomp;
import dev.berth.sys.Signal;
import dev.berth.sys.Spawn;
import dev.berth.sys.SpawnRequest;
import dev.berth.sys.Syscall;
import dev.berth.testkit.Await;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.NetworkNamespace;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;

/// Behaviour on kernels before 5.19, where a signal interrupts a call that the supervisor is
/// answering, so that the same call is made again.
@RequiresRoot
@RequiresProgram("python3")
@ExtendWith(LeakCheck.class)
final class InterruptedCallTest {
    private static final int ROUNDS = 10;
    private static final String PROGRAM =
            """
            signal.signal(signal.SIGALRM, lambda *_: None)
            signal.siginterrupt(signal.SIGALRM, False)
            kept = [listen(('127.0.0.1', 8080 + i)) for i in range(10)]
            for s in kept:
                s.getsockname()
            """;

    @TempDir Path directory;

    @Test
    void aRepeatedCallIsAnsweredAsBefore() throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.open()) {
            namespace.run(
                    () -> {
                        NamespacedSupervisor supervisor =
                                NamespacedSupervisor.unstarted(namespace, directory);
                        try (ListenerRegistry registry =
                                new ListenerRegistry(
                                        SteeringSupport.find(SteeringBackend.AUTO),
                                        new Policy.Hash(),
                                        CpuPinning.here())) {
                            adopt(supervisor, registry);
                        }
                    });
        }
    }

    private void adopt(NamespacedSupervisor supervisor, ListenerRegistry registry)
            throws Exception {
        WorkerId id = new WorkerId(0, 1);
        ServiceSpec spec = supervisor.plan("python3");
        try (SupervisorResources resources =
                        new SupervisorResources(
                                spec,
                                supervisor,
                                Env.system().withCgroups(false),
                                Optional.empty());
                OutputPump.Pipes pipes = resources.pump().open(id, Optional.empty());
                WorkerProcess worker = start(id, pipes)) {
            OneWorker staff = new OneWorker(worker);
            new BindInterceptor(spec, registry, resources, supervisor, staff).watch(worker);
            while (!worker.ended()) {
                resources.loop().turn(resources.loop().now() + 1);
            }
            String how = Processes.reap(worker.pid()).orElseThrow().toString();
            assertThat(how).as(supervisor.said() + supervisor.printed()).isEqualTo("exit 0");
            assertThat(registry.listening(id)).hasSize(ROUNDS);
            assertThat(supervisor.said()).isEmpty();
            assertThat(staff.binds).as("each bind twice").isEqualTo(2 * ROUNDS);
            assertThat(staff.listens).as("each listen twice").isEqualTo(2 * ROUNDS);
        }
    }

    /// A worker that is not in service yet. The adopter queries it between the receipt of a call
    /// and its answer. Each first call is interrupted there, so that the kernel restarts it.
    private static final class OneWorker implements BindInterceptor.Callbacks {
        private final WorkerProcess worker;
        private int binds;
        private int listens;

        OneWorker(WorkerProcess worker) {
            this.worker = worker;
        }

        @Override
        public Collection<WorkerProcess> live() {
            return List.of(worker);
        }

        @Override
        public boolean ready(WorkerProcess any) {
            if (binds++ % 2 == 0) {
                interrupt();
            }
            return false;
        }

        @Override
        public void listenerStarted(WorkerProcess any) {
            assertThat(any).isEqualTo(worker);
        }

        @Override
        public Optional<String> rejection(WorkerProcess asked, GroupKey key) {
            if (listens++ % 2 == 0) {
                interrupt();
            }
            return Optional.empty();
        }

        /// Returns when the waiting call has received the signal.
        private void interrupt() {
            Processes.kill(worker.pid(), Signal.ALRM.number());
            Await.until(
                    Duration.ofMinutes(1),
                    () -> pending().stream().allMatch("0".repeat(16)::equals),
                    () -> "the signal stays pending: " + pending());
        }

        private List<String> pending() {
            try (Stream<String> lines =
                    Files.lines(Path.of("/proc", Integer.toString(worker.pid()), "status"))) {
                return lines.filter(line -> line.matches("(Sig|Shd)Pnd:.*"))
                        .map(line -> line.substring(line.indexOf(':') + 1).strip())
                        .toList();
            } catch (IOException gone) {
                throw new UncheckedIOException(gone);
            }
        }
    }

    private WorkerProcess start(WorkerId id, OutputPump.Pipes pipes) throws Exception {
        SpawnRequest request =
                new SpawnRequest(
                        PythonServers.interpreter(),
                        List.of(PythonServers.python(directory, PROGRAM)),
                        List.of("PATH=/usr/bin:/bin"),
                        directory,
                        List.of(
                                new Redirect(pipes.out().number(), 1),
                                new Redirect(pipes.err().number(), 2)),
                        true);
        FutureTask<ProcessStarter.Child> task = new FutureTask<>(() -> spawn(request));
        Thread.ofPlatform().start(task).join();
        ProcessStarter.Child child = task.get();
        Fd pidfd = Fd.of("pidfd_open", child.pid(), Pidfds.pidfdOpen(child.pid(), 0));
        return new WorkerProcess(
                id,
                new WorkerProcess.FirstProcess(child.pid(), 0, pidfd),
                child.notifications(),
                Optional.empty(),
                pipes.output());
    }

    private static ProcessStarter.Child spawn(SpawnRequest request) throws IOException {
        long[] filter = SeccompFilter.notify(Arch.current(), List.of(Syscall.BIND, Syscall.LISTEN));
        Fd listener = Fd.of("seccomp", "", Seccomp.installListener(filter, false));
        int pid = (int) Spawn.posixSpawn(request);
        return new ProcessStarter.Child(pid, Optional.of(listener));
    }
}
