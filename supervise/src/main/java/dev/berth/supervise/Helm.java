package dev.berth.supervise;

import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Event;
import dev.berth.supervise.process.LiveWorker;
import dev.berth.supervise.steering.Pinning;
import dev.berth.supervise.watch.LoadWatch;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// Changes the policy while connections arrive: the tables follow it, and for the policy `cpu` the
/// workers are pinned to their CPUs.
final class Helm {
    private final Holdings holdings;
    private final Pinning pinning;
    private final LoadWatch load;

    Helm(Holdings holdings, LoadWatch load) {
        this.holdings = holdings;
        pinning = holdings.pinning();
        this.load = load;
    }

    /// The answer is [Event.Steered].
    void steer(long ticket, Policy policy) {
        String failure = "";
        try {
            Policy before = holdings.registry().policy();
            holdings.distribution().steer(policy);
            pin(before, policy);
            load.begin();
        } catch (IOException failed) {
            failure = policy.word() + " failed: " + failed.getMessage();
        }
        holdings.machine().tell(new Event.Steered(ticket, policy, failure));
    }

    private void pin(Policy before, Policy now) {
        boolean pins = now instanceof Policy.Cpu;
        if (pins == before instanceof Policy.Cpu) {
            return;
        }
        for (LiveWorker worker : holdings.live().values()) {
            Set<Integer> pids = holdings.equipment().trees().of(worker);
            Optional<String> wrong =
                    pins ? pinning.pin(worker.id().slot(), pids) : pinning.free(pids);
            wrong.ifPresent(why -> holdings.say(worker, ": " + why));
        }
    }

    /// The only CPU that the worker may run on, if there is such a limit.
    OptionalInt cpu(WorkerId id) {
        boolean pins = holdings.registry().policy() instanceof Policy.Cpu;
        return pins ? OptionalInt.of(pinning.cpu(id.slot())) : OptionalInt.empty();
    }
}
