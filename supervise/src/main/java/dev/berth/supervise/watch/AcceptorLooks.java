package dev.berth.supervise.watch;

import dev.berth.net.Acceptors;
import dev.berth.supervise.process.Aside;
import dev.berth.supervise.process.Equipment;
import dev.berth.supervise.process.LiveWorker;
import dev.berth.supervise.steering.SocketRegistry;

import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/// Checks whether workers wait for a connection. This reads their memory, which a worker can make
/// take forever (memory that userfaultfd(2) or FUSE never fills), so it runs on a thread other than
/// the owner's, and on only one per worker.
///
/// Owner thread only.
public final class AcceptorLooks {
    private static final Seen UNSEEN = new Seen(Acceptors.Answer.UNSEEN, false);

    private final SocketRegistry registry;
    private final Equipment equipment;
    private final Set<LiveWorker> stuck = new HashSet<>();

    public AcceptorLooks(SocketRegistry registry, Equipment equipment) {
        this.registry = registry;
        this.equipment = equipment;
    }

    /// The result of a check.
    ///
    /// @param shared whether more than one process has the same listener; not checked if a thread
    ///   waits
    public record Seen(Acceptors.Answer answer, boolean shared) {
        private static Seen of(Listeners listeners) {
            Acceptors.Answer answer = listeners.look();
            return new Seen(answer, answer != Acceptors.Answer.WAITS && listeners.shared());
        }
    }

    /// Checks once.
    ///
    /// @param answer called by the owner thread, once; a worker that could not be inspected in time
    ///   counts as unseen, and not shared
    public void look(LiveWorker worker, Consumer<Seen> answer) {
        if (stuck.contains(worker)) {
            answer.accept(UNSEEN);
            return;
        }
        Listeners listeners = Listeners.of(registry, equipment.trees(), worker);
        equipment
                .calls()
                .ask(
                        () -> Seen.of(listeners),
                        found -> answer.accept(seen(worker, found)),
                        _ -> stuck.remove(worker));
    }

    private Seen seen(LiveWorker worker, Aside.Answer<Seen> found) {
        return switch (found) {
            case Aside.Done<Seen>(Seen done) -> done;
            case Aside.Failed<Seen> _ -> UNSEEN;
            case Aside.Late<Seen> _ -> {
                stuck.add(worker);
                yield UNSEEN;
            }
        };
    }
}
