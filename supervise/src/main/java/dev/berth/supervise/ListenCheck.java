package dev.berth.supervise;

import dev.berth.supervise.adoption.BindPolicy;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Event;
import dev.berth.supervise.lifecycle.ListenState;
import dev.berth.supervise.process.KernelTables;
import dev.berth.supervise.process.ProcessTree;
import dev.berth.supervise.process.SupervisorResources;
import dev.berth.supervise.process.WorkerProcess;
import dev.berth.supervise.steering.ClosedSocketSweep;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.supervise.steering.HeldSocket;
import dev.berth.supervise.watch.AcceptWaitCheck;

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
record ListenCheck(SupervisorContext context, AcceptWaitCheck acceptCheck) {
    private static final long CHECK_MILLIS = 200;
    private static final String MEANT = " (if this is intended, use --allow-new-addresses)";

    boolean complete(WorkerId id) {
        if (context.dispatcherTarget().isPresent()) {
            return context.dispatcherTarget().get().ready(id);
        }
        List<GroupKey> keys = context.registry().listening(id);
        return BindPolicy.complete(context.spec(), keys)
                && (context.machine().state().newAddresses()
                        || missing(id, keys).isEmpty() && BindPolicy.canReplace(keys, served(id)));
    }

    /// The addresses that the replaced worker listens on and this one does not.
    private List<GroupKey> missing(WorkerId id, List<GroupKey> keys) {
        return context.machine()
                .state()
                .incumbent(id)
                .map(old -> BindPolicy.uncovered(keys, shared(context.registry().listening(old))))
                .orElse(List.of());
    }

    private static List<GroupKey> shared(List<GroupKey> keys) {
        return keys.stream().filter(key -> !key.own()).distinct().toList();
    }

    private List<GroupKey> served(WorkerId successor) {
        Set<WorkerId> inService = context.machine().state().trafficPlan().workers();
        return context.registry().all().stream()
                .filter(socket -> socket.listening() && !socket.orphan() && !socket.key().own())
                .filter(socket -> !socket.owner().equals(successor))
                .filter(socket -> inService.contains(socket.owner()))
                .map(HeldSocket::key)
                .distinct()
                .toList();
    }

    /// Says what is missing if the worker listens, but not on everything that it has to.
    Optional<Event.Incomplete> incomplete(WorkerId id) {
        List<GroupKey> keys = shared(context.registry().listening(id));
        if (keys.isEmpty() || complete(id)) {
            return Optional.empty();
        }
        List<GroupKey> missing = missing(id, keys);
        if (!missing.isEmpty()) {
            return Optional.of(new Event.Incomplete(id, lesser(keys, missing), true));
        }
        String lacks =
                BindPolicy.complete(context.spec(), keys)
                        ? "listens on %s, but on none of the ports in service: %s%s"
                                .formatted(text(keys), text(served(id)), MEANT)
                        : "listens on "
                                + text(keys)
                                + ", but not on what you named with "
                                + String.join(" ", BindPolicy.missing(context.spec(), keys))
                                + ": make the program listen there too, or drop that option";
        return Optional.of(new Event.Incomplete(id, lacks, false));
    }

    /// Why a worker must not listen on `key`. The kernel prefers the narrower of two addresses, so
    /// the worker would take connections from the worker that it is to replace before it is ready,
    /// and permanently leave the clients of the other addresses without a listener.
    Optional<String> rejection(WorkerId id, GroupKey key) {
        if (key.own() || context.machine().state().newAddresses()) {
            return Optional.empty();
        }
        List<GroupKey> served =
                context.machine()
                        .state()
                        .incumbent(id)
                        .map(old -> shared(context.registry().listening(old)))
                        .orElse(List.of());
        List<GroupKey> wider =
                served.contains(key)
                        ? List.of()
                        : served.stream()
                                .filter(
                                        old ->
                                                BindPolicy.uncovered(List.of(key), List.of(old))
                                                        .contains(old))
                                .filter(
                                        old ->
                                                BindPolicy.uncovered(List.of(old), List.of(key))
                                                        .isEmpty())
                                .toList();
        return wider.isEmpty() ? Optional.empty() : Optional.of(lesser(List.of(key), wider));
    }

    private static String lesser(List<GroupKey> keys, List<GroupKey> missing) {
        return ("listens on %s, which does not cover %s, the address of the worker that it"
                        + " should replace: clients of that address would be refused%s")
                .formatted(text(keys), text(missing), MEANT);
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
        Optional<WorkerProcess> worker = context.worker(id);
        if (worker.isEmpty()) {
            checkListeners(id);
            return;
        }
        SupervisorResources resources = context.resources();
        ProcessTree tree = resources.trees().tree(worker.get());
        KernelTables tables = resources.env().tables();
        new ClosedSocketSweep(context.registry())
                .closeUnheld(
                        id,
                        () -> tree.pids(tables.processes()),
                        resources.checkExecutor()::attempt,
                        _ -> checkListeners(id));
    }

    private void checkListeners(WorkerId id) {
        if (complete(id)) {
            inspectReady(id);
        } else {
            checkSoon(id, context.loop().now() + Settings.SELF_EXIT.toMillis());
        }
    }

    private void checkSoon(WorkerId id, long until) {
        context.loop().after(CHECK_MILLIS, () -> checkAgain(id, until));
    }

    private void checkAgain(WorkerId id, long until) {
        if (context.worker(id).filter(worker -> !worker.ended()).isEmpty()) {
            return;
        }
        if (complete(id)) {
            inspectReady(id);
        } else if (context.loop().now() < until) {
            checkSoon(id, until);
        } else {
            checked(id, ListenState.LOST);
        }
    }

    /// Checks what a listening worker does; only needed for a worker that replaces another.
    private void inspectReady(WorkerId id) {
        boolean replaces = context.machine().state().incumbent(id).isPresent();
        Optional<WorkerProcess> worker = context.worker(id);
        if (!replaces || worker.isEmpty() || context.dispatcherTarget().isPresent()) {
            checked(id, ListenState.AWAITS);
        } else {
            acceptCheck.check(worker.get(), seen -> checked(id, listenState(seen)));
        }
    }

    private static ListenState listenState(AcceptWaitCheck.AcceptWait seen) {
        return switch (seen.answer()) {
            case WAITS, UNSEEN -> ListenState.AWAITS;
            case NONE -> seen.shared() ? ListenState.SHARED : ListenState.LISTENS;
        };
    }

    private void checked(WorkerId id, ListenState listenState) {
        context.machine().post(new Event.Checked(id, listenState));
    }
}
