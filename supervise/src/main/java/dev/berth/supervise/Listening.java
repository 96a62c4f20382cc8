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

/// Whether a worker listens on all that it has to: what the user named, else on something; wherever
/// the worker listens that it replaces, or where there is none on a port of those in service. Under
/// a dispatcher: whether it takes connections.
final class Listening {
    private static final long LOOK_MILLIS = 200;
    private static final String MEANT = " (if that is meant: --allow-new-addresses)";

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

    /// Where the one that it replaces listens, and it does not.
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

    /// What is missing if it listens, but not on all that it has to.
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
                                + ", but on no port that is in service: "
                                + text(served(id))
                                + MEANT
                        : "listens on "
                                + text(keys)
                                + ", and not on what is named by "
                                + String.join(" ", Claims.missing(holdings.plan(), keys))
                                + ": tell the program to listen there too, or do not name it";
        return Optional.of(new Event.Incomplete(id, lacks, false));
    }

    /// Why a worker must not listen there: the kernel prefers the narrower of two addresses, so it
    /// would take connections from the one that it is to replace before it is ready, and for ever
    /// leave others without anybody.
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
                + ", where the worker that it was to replace listens: clients of that address would"
                + " be refused"
                + MEANT;
    }

    private static String text(List<GroupKey> keys) {
        return keys.stream().map(GroupKey::toString).collect(Collectors.joining(", "));
    }

    /// Looks whether it still does, and whether a thread of it waits for a connection; the answer
    /// is [Event.Checked].
    ///
    /// A program that is ending has closed its listeners a moment before its end is seen, and how
    /// it ends tells more; so a bad answer is given only when it has lived on.
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

    /// What one that listens is seen to do; nobody asks of one that replaces nobody.
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
