package dev.berth.supervise;

import dev.berth.supervise.adoption.Claims;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Event;
import dev.berth.supervise.lifecycle.Sight;
import dev.berth.supervise.process.LiveWorker;
import dev.berth.supervise.process.Loop;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.supervise.steering.HeldSocket;
import dev.berth.supervise.steering.Unheld;
import dev.berth.supervise.watch.AcceptorLooks;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Checks whether a worker listens on everything that it has to:
///
/// - the addresses that the user named, or any address if none is named
/// - every address of the worker that it replaces; or, if it replaces none, a port of the workers
///   in service
///
/// With a dispatcher: whether the worker takes connections.
final class Listening {
    private static final long LOOK_MILLIS = 200;
    private static final String MEANT = " (if this is intended, use --allow-new-addresses)";

    private final Holdings holdings;
    private final AcceptorLooks looks;
    private final Unheld unheld;

    Listening(Holdings holdings, AcceptorLooks looks) {
        this.holdings = holdings;
        this.looks = looks;
        unheld = new Unheld(holdings.registry());
    }

    boolean complete(WorkerId id) {
        if (holdings.dispatched().isPresent()) {
            return holdings.dispatched().get().ready(id);
        }
        List<GroupKey> keys = holdings.registry().listening(id);
        return Claims.complete(holdings.plan(), keys)
                && (holdings.machine().state().newAddresses()
                        || missing(id, keys).isEmpty() && Claims.succeeds(keys, served(id)));
    }

    /// The addresses that the replaced worker listens on and this one does not.
    private List<GroupKey> missing(WorkerId id, List<GroupKey> keys) {
        return holdings.machine()
                .state()
                .incumbent(id)
                .map(old -> Claims.uncovered(keys, shared(holdings.registry().listening(old))))
                .orElse(List.of());
    }

    private static List<GroupKey> shared(List<GroupKey> keys) {
        return keys.stream().filter(key -> !key.own()).distinct().toList();
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

    /// Says what is missing if the worker listens, but not on everything that it has to.
    Optional<Event.Incomplete> incomplete(WorkerId id) {
        List<GroupKey> keys = shared(holdings.registry().listening(id));
        if (keys.isEmpty() || complete(id)) {
            return Optional.empty();
        }
        List<GroupKey> missing = missing(id, keys);
        if (!missing.isEmpty()) {
            return Optional.of(new Event.Incomplete(id, lesser(keys, missing), true));
        }
        String lacks =
                Claims.complete(holdings.plan(), keys)
                        ? "listens on "
                                + text(keys)
                                + ", but on none of the ports in service: "
                                + text(served(id))
                                + MEANT
                        : "listens on "
                                + text(keys)
                                + ", but not on what you named with "
                                + String.join(" ", Claims.missing(holdings.plan(), keys))
                                + ": make the program listen there too, or drop that option";
        return Optional.of(new Event.Incomplete(id, lacks, false));
    }

    /// Why a worker must not listen on `key`. The kernel prefers the narrower of two addresses, so
    /// the worker would take connections from the worker that it is to replace before it is ready,
    /// and permanently leave the clients of the other addresses without a listener.
    Optional<String> unfit(WorkerId id, GroupKey key) {
        if (key.own() || holdings.machine().state().newAddresses()) {
            return Optional.empty();
        }
        List<GroupKey> served =
                holdings.machine()
                        .state()
                        .incumbent(id)
                        .map(old -> shared(holdings.registry().listening(old)))
                        .orElse(List.of());
        List<GroupKey> wider =
                served.contains(key)
                        ? List.of()
                        : served.stream()
                                .filter(
                                        old ->
                                                Claims.uncovered(List.of(key), List.of(old))
                                                        .contains(old))
                                .filter(
                                        old ->
                                                Claims.uncovered(List.of(old), List.of(key))
                                                        .isEmpty())
                                .toList();
        return wider.isEmpty() ? Optional.empty() : Optional.of(lesser(List.of(key), wider));
    }

    private static String lesser(List<GroupKey> keys, List<GroupKey> missing) {
        return "listens on "
                + text(keys)
                + ", which does not cover "
                + text(missing)
                + ", the address of the worker that it should replace: clients of that address"
                + " would be refused"
                + MEANT;
    }

    private static String text(List<GroupKey> keys) {
        return keys.stream().map(GroupKey::toString).collect(Collectors.joining(", "));
    }

    /// Checks whether the worker still listens, and whether one of its threads waits for a
    /// connection. The answer is [Event.Checked].
    ///
    /// A program that is exiting closes its listeners a moment before its end is seen, and how it
    /// ends says more. So a bad answer is given only if the worker is still alive after that
    /// moment.
    void check(WorkerId id) {
        if (holds(id)) {
            look(id);
        } else {
            checkSoon(id, Loop.now() + Settings.ENDING.toMillis());
        }
    }

    private void checkSoon(WorkerId id, long until) {
        holdings.loop().after(LOOK_MILLIS, () -> checkAgain(id, until));
    }

    private void checkAgain(WorkerId id, long until) {
        if (holdings.worker(id).filter(worker -> !worker.ended()).isEmpty()) {
            return;
        }
        if (complete(id)) {
            look(id);
        } else if (Loop.now() < until) {
            checkSoon(id, until);
        } else {
            checked(id, Sight.LOST);
        }
    }

    /// Checks what a listening worker does; only needed for a worker that replaces another.
    private void look(WorkerId id) {
        boolean replaces = holdings.machine().state().incumbent(id).isPresent();
        Optional<LiveWorker> worker = holdings.worker(id);
        if (!replaces || worker.isEmpty() || holdings.dispatched().isPresent()) {
            checked(id, Sight.AWAITS);
        } else {
            looks.look(worker.get(), seen -> checked(id, sight(seen)));
        }
    }

    private static Sight sight(AcceptorLooks.Seen seen) {
        return switch (seen.answer()) {
            case WAITS, UNSEEN -> Sight.AWAITS;
            case NONE -> seen.shared() ? Sight.SHARED : Sight.LISTENS;
        };
    }

    private void checked(WorkerId id, Sight sight) {
        holdings.machine().tell(new Event.Checked(id, sight));
    }

    private boolean holds(WorkerId id) {
        Optional<LiveWorker> worker = holdings.worker(id);
        if (worker.isPresent()) {
            unheld.drop(id, () -> holdings.equipment().trees().of(worker.get()));
        }
        return complete(id);
    }
}
