package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bpf.SeccompFilter;
import dev.berth.supervise.adoption.Adopter;
import dev.berth.supervise.contract.Plan;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Steer;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.process.Equipment;
import dev.berth.supervise.process.LiveWorker;
import dev.berth.supervise.process.Loop;
import dev.berth.supervise.process.OutputPump;
import dev.berth.supervise.process.Spawner;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.supervise.steering.Mechanism;
import dev.berth.supervise.steering.Pinning;
import dev.berth.supervise.steering.SocketRegistry;
import dev.berth.sys.Arch;
import dev.berth.sys.Fd;
import dev.berth.sys.Pidfds;
import dev.berth.sys.Poll;
import dev.berth.sys.Processes;
import dev.berth.sys.Redirect;
import dev.berth.sys.Seccomp;
import dev.berth.sys.Spawn;
import dev.berth.sys.SpawnRequest;
import dev.berth.sys.Syscall;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.NetworkNamespace;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;

/// A kernel before 5.19, on which a signal interrupts a call that the supervisor is answering, so
/// that the same call comes again.
@RequiresRoot
@RequiresProgram("python3")
@ExtendWith(LeakCheck.class)
final class InterruptedCallTest {
    private static final int ROUNDS = 10;
    private static final int MOST_RUNS = 10;
    private static final String PROGRAM =
            """
            signal.signal(signal.SIGALRM, lambda *_: None)
            signal.siginterrupt(signal.SIGALRM, False)
            signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
            kept = [listen(('127.0.0.1', 8080 + i)) for i in range(10)]
            signal.setitimer(signal.ITIMER_REAL, 0)
            for s in kept:
                s.getsockname()
            """;

    @TempDir Path directory;

    /// No signal may have come at the right moment: then once more.
    @Test
    void aCallThatComesAgainIsAnsweredAsBefore() throws Exception {
        int calls = 0;
        for (int i = 0; i < MOST_RUNS && calls <= 2 * ROUNDS; i++) {
            calls = callsOfOneRun();
        }
        assertThat(calls).as("calls, some of them twice").isGreaterThan(2 * ROUNDS);
    }

    private int callsOfOneRun() throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.open()) {
            return namespace.call(
                    () -> {
                        Harbour harbour = Harbour.unstarted(namespace, directory);
                        try (SocketRegistry registry =
                                new SocketRegistry(
                                        Mechanism.find(Steer.AUTO),
                                        new Policy.Hash(),
                                        Pinning.here())) {
                            return adopt(harbour, registry);
                        }
                    });
        }
    }

    /// How many calls there were to answer.
    private int adopt(Harbour harbour, SocketRegistry registry) throws Exception {
        WorkerId id = new WorkerId(0, 1);
        Plan plan = harbour.plan("python3");
        try (Equipment equipment = new Equipment(plan, harbour, false, Optional.empty());
                OutputPump.Pipes pipes = equipment.pump().open(id);
                LiveWorker worker = start(id, pipes)) {
            new Adopter(plan, registry, equipment, harbour, new OneWorker(worker)).watch(worker);
            int calls = 0;
            boolean before = false;
            while (!worker.ended()) {
                int listener = worker.notifications().orElseThrow().number();
                boolean waits = Poll.poll(listener, Poll.POLLIN, 0) == Poll.POLLIN;
                calls += waits && !before ? 1 : 0;
                before = waits;
                equipment.loop().turn(Loop.now() + 1);
            }
            String how = Processes.reap(worker.pid()).orElseThrow().toString();
            assertThat(how).as(harbour.said() + harbour.printed()).isEqualTo("exit 0");
            assertThat(registry.listening(id)).hasSize(ROUNDS);
            assertThat(harbour.said()).isEmpty();
            return calls;
        }
    }

    /// One that is not in service yet.
    private record OneWorker(LiveWorker worker) implements Adopter.Staff {
        @Override
        public Collection<LiveWorker> live() {
            return List.of(worker);
        }

        @Override
        public boolean ready(LiveWorker any) {
            return false;
        }

        @Override
        public void listens(LiveWorker any) {
            assertThat(any).isEqualTo(worker);
        }

        @Override
        public Optional<String> unfit(LiveWorker asked, GroupKey key) {
            return Optional.empty();
        }
    }

    private LiveWorker start(WorkerId id, OutputPump.Pipes pipes) throws Exception {
        SpawnRequest request =
                new SpawnRequest(
                        SampleServers.interpreter(),
                        List.of(SampleServers.python(directory, PROGRAM)),
                        List.of("PATH=/usr/bin:/bin"),
                        directory,
                        List.of(
                                new Redirect(pipes.out().number(), 1),
                                new Redirect(pipes.err().number(), 2)),
                        true);
        FutureTask<Spawner.Child> task = new FutureTask<>(() -> spawn(request));
        Thread.ofPlatform().start(task).join();
        Spawner.Child child = task.get();
        Fd pidfd = Fd.of("pidfd_open", child.pid(), Pidfds.pidfdOpen(child.pid(), 0));
        return new LiveWorker(
                id, child.pid(), 0, pidfd, child.notifications(), Optional.empty(), pipes.output());
    }

    private static Spawner.Child spawn(SpawnRequest request) throws IOException {
        long[] filter = SeccompFilter.notify(Arch.current(), List.of(Syscall.BIND, Syscall.LISTEN));
        Fd listener = Fd.of("seccomp", "", Seccomp.installListener(filter, false));
        int pid = (int) Spawn.posixSpawn(request);
        return new Spawner.Child(pid, Optional.of(listener));
    }
}
