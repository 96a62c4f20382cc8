package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.ProcessList;
import dev.berth.supervise.contract.Plan;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Steer;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Machine;
import dev.berth.supervise.lifecycle.State;
import dev.berth.supervise.process.Equipment;
import dev.berth.supervise.process.LiveWorker;
import dev.berth.supervise.process.Loop;
import dev.berth.supervise.process.OutputPump;
import dev.berth.supervise.process.Spawner;
import dev.berth.supervise.steering.Mechanism;
import dev.berth.supervise.steering.Pinning;
import dev.berth.supervise.steering.SocketRegistry;
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
final class EndingsTest {
    private static final WorkerId ID = new WorkerId(0, 1);

    /// Runs out of memory on the first look-ups of live workers.
    private static final class Full extends HashMap<WorkerId, LiveWorker> {
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
        Path runtime = Rig.directory();
        Plan plan = new Rig.Setup().plan(runtime);
        Map<WorkerId, LiveWorker> live = new Full();
        try (Holdings holdings = holdings(plan, live);
                LiveWorker worker = start(holdings.equipment())) {
            live.put(ID, worker);
            Endings endings = new Endings(holdings);
            holdings.loop().watch(worker.pidfd(), () -> endings.ended(worker));

            while (!holdings.machine().pending()) {
                holdings.loop().turn(Loop.now() + 1_000);
            }
            assertThat(live).isEmpty();
        } finally {
            Rig.delete(runtime);
        }
    }

    private static Holdings holdings(Plan plan, Map<WorkerId, LiveWorker> live) throws IOException {
        Notes notes = new Notes();
        State initial =
                State.initial(plan.settings(), plan.command(), 1, plan.policy(), Loop.now());
        Mechanism mechanism = Mechanism.find(Steer.NONE);
        Pinning pinning = Pinning.here();
        return new Holdings(
                plan,
                notes,
                new Equipment(plan, notes, false, Optional.empty()),
                new Machine(initial),
                live,
                mechanism,
                pinning,
                new SocketRegistry(mechanism, new Policy.Hash(), pinning),
                Optional.empty());
    }

    private static LiveWorker start(Equipment equipment) throws IOException {
        try (OutputPump.Pipes pipes = equipment.pump().open(ID)) {
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
            return new LiveWorker(
                    ID, pid, start, pidfd, Optional.empty(), Optional.empty(), pipes.output());
        }
    }
}
