package dev.berth.supervise;

import dev.berth.supervise.adoption.Claims;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Event;
import dev.berth.supervise.process.LiveWorker;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.supervise.steering.HeldSocket;
import dev.berth.supervise.steering.Unheld;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Whether a worker listens on all that it has to: what the user named; else on something, and
/// where others are in service on a port of theirs. Under a dispatcher: whether it takes
/// connections.
final class Listening {
    private static final long ENDING_MILLIS = 200;

    private final Holdings holdings;
    private final Unheld unheld;

    Listening(Holdings holdings) {
        this.holdings = holdings;
        unheld = new Unheld(holdings.registry());
    }

    boolean complete(WorkerId id) {
        if (holdings.dispatched().isPresent()) {
            return holdings.dispatched().get().ready(id);
        }
        List<GroupKey> keys = holdings.registry().listening(id);
        return Claims.complete(holdings.plan(), keys) && Claims.succeeds(keys, served(id));
    }

    private List<GroupKey> served(WorkerId successor) {
        Set<WorkerId> inService = holdings.machine().state().service().workers();
        return holdings.registry().all().stream()
                .filter(socket -> socket.listening() && !socket.orphan() && !socket.key().own())
                .filter(socket -> !socket.owner().equals(successor))
                .filter(socket -> inService.contains(socket.owner()))
                .map(HeldSocket::key)
                .distinct()
                .toList();
    }

    /// What is wrong if it listens, but not where it would succeed anybody.
    Optional<String> elsewhere(WorkerId id) {
        List<GroupKey> keys =
                holdings.registry().listening(id).stream().filter(key -> !key.own()).toList();
        List<GroupKey> served = served(id);
        return keys.isEmpty() || Claims.succeeds(keys, served)
                ? Optional.empty()
                : Optional.of(
                        "it listens on " + keys + ", but on no port that is in service: " + served);
    }

    /// Looks whether it still does; the answer is [Event.Checked].
    ///
    /// A process that is just ending has closed its listeners a moment before its end is seen; so a
    /// bad answer is given only when it has lived on.
    void check(WorkerId id) {
        if (holds(id)) {
            holdings.machine().tell(new Event.Checked(id, true));
            return;
        }
        holdings.loop().after(ENDING_MILLIS, () -> checkAgain(id));
    }

    private void checkAgain(WorkerId id) {
        if (holdings.worker(id).filter(worker -> !worker.ended()).isPresent()) {
            holdings.machine().tell(new Event.Checked(id, complete(id)));
        }
    }

    private boolean holds(WorkerId id) {
        Optional<LiveWorker> worker = holdings.worker(id);
        if (worker.isPresent()) {
            unheld.drop(id, () -> holdings.equipment().trees().of(worker.get()));
        }
        return complete(id);
    }
}
