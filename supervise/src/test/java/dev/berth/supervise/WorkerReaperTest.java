package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.ProcessList;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.contract.SteeringBackend;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.State;
import dev.berth.supervise.lifecycle.StateMachine;
import dev.berth.supervise.process.Clock;
import dev.berth.supervise.process.Env;
import dev.berth.supervise.process.OutputPump;
import dev.berth.supervise.process.Spawner;
import dev.berth.supervise.process.SupervisorResources;
import dev.berth.supervise.process.WorkerProcess;
import dev.berth.supervise.steering.ConnectionSource;
import dev.berth.supervise.steering.CpuPinning;
import dev.berth.supervise.steering.ListenerRegistry;
import dev.berth.supervise.steering.SteeringSupport;
import dev.berth.sys.Fd;
import dev.berth.sys.Pidfds;
import dev.berth.sys.Redirect;
import dev.berth.sys.SpawnRequest;
import dev.berth.testkit.LeakCheck;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// The end of a worker is handled even if memory is full.
@ExtendWith(LeakCheck.class)
@Timeout(60)
final class WorkerReaperTest {
    private static final WorkerId ID = new WorkerId(0, 1);

    /// Runs out of memory on the first look-ups of live workers.
    private static final class Full extends HashMap<WorkerId, WorkerProcess> {
        private static final long serialVersionUID = 1;
        private int lacking = 3;

        @Override
        public Set<WorkerId> keySet() {
            if (lacking-- > 0) {
                throw new OutOfMemoryError("of the test");
            }
            return super.keySet();
        }
    }

    @Test
    void anEndThatMemoryWasMissingForIsHandledAgain() throws Exception {
        Path runtime = SupervisorFixture.directory();
        ServiceSpec spec = new SupervisorFixture.Setup().plan(runtime);
        Map<WorkerId, WorkerProcess> live = new Full();
        try (SupervisorContext context = holdings(spec, live);
                WorkerProcess worker = start(context.resources())) {
            live.put(ID, worker);
            WorkerReaper reaper = new WorkerReaper(context);
            context.loop().watch(worker.pidfd(), () -> reaper.ended(worker));

            while (!context.machine().pending()) {
                context.loop().turn(context.loop().now() + 1_000);
            }
            assertThat(live).isEmpty();
        } finally {
            SupervisorFixture.delete(runtime);
        }
    }

    private static SupervisorContext holdings(ServiceSpec spec, Map<WorkerId, WorkerProcess> live)
            throws IOException {
        RecordingSink sink = new RecordingSink();
        State initial =
                State.initial(
                        spec.settings(), spec.command(), 1, spec.policy(), Clock.SYSTEM.millis());
        SteeringSupport support = SteeringSupport.find(SteeringBackend.NONE);
        CpuPinning pinning = CpuPinning.here();
        return new SupervisorContext(
                spec,
                sink,
                new SupervisorResources(
                        spec, sink, Env.system().withCgroups(false), Optional.empty()),
                new StateMachine(initial),
                live,
                support,
                pinning,
                new ConnectionSource(
                        new ListenerRegistry(support, new Policy.Hash(), pinning),
                        Optional.empty()));
    }

    private static WorkerProcess start(SupervisorResources resources) throws IOException {
        try (OutputPump.Pipes pipes = resources.pump().open(ID, Optional.empty())) {
            SpawnRequest request =
                    new SpawnRequest(
                            "/bin/true",
                            List.of("true"),
                            List.of(),
                            Path.of("/"),
                            List.of(
                                    new Redirect(pipes.out().number(), 1),
                                    new Redirect(pipes.err().number(), 2)),
                            true);
            int pid = Spawner.of(false, Optional.empty()).start(request, OptionalInt.empty()).pid();
            Fd pidfd = Fd.of("pidfd_open", pid, Pidfds.pidfdOpen(pid, 0));
            long start = ProcessList.of(pid).orElseThrow().startTicks();
            return new WorkerProcess(
                    ID,
                    new WorkerProcess.FirstProcess(pid, start, pidfd),
                    Optional.empty(),
                    Optional.empty(),
                    pipes.output());
        }
    }
}
