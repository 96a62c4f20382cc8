package dev.berth.supervise.watch;

import dev.berth.net.DiagQuery;
import dev.berth.net.ProcessEntry;
import dev.berth.net.ProcessList;
import dev.berth.net.Protocol;
import dev.berth.net.SockDiag;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpState;
import dev.berth.supervise.contract.Plan;
import dev.berth.supervise.contract.Status;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Operation;
import dev.berth.supervise.lifecycle.Phase;
import dev.berth.supervise.lifecycle.Slot;
import dev.berth.supervise.lifecycle.State;
import dev.berth.supervise.lifecycle.Worker;
import dev.berth.supervise.process.LiveWorker;
import dev.berth.supervise.process.ProcessTrees;
import dev.berth.supervise.steering.Dispatched;
import dev.berth.supervise.steering.Group;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.supervise.steering.HeldSocket;
import dev.berth.supervise.steering.Mechanism;
import dev.berth.supervise.steering.SocketRegistry;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/// Puts the state, the sockets and what the kernel tells of them together.
public final class StatusReader {
    private final Plan plan;
    private final Mechanism mechanism;
    private final SocketRegistry registry;
    private final Optional<Dispatched> dispatched;
    private final Strangers strangers;
    private final ProcessTrees trees;
    private final Map<WorkerId, LiveWorker> live;
    private final StatusNotes notes;

    public StatusReader(
            Plan plan,
            Mechanism mechanism,
            SocketRegistry registry,
            Optional<Dispatched> dispatched,
            Strangers strangers,
            ProcessTrees trees,
            Map<WorkerId, LiveWorker> live) {
        this.plan = plan;
        this.mechanism = mechanism;
        this.registry = registry;
        this.dispatched = dispatched;
        this.strangers = strangers;
        this.trees = trees;
        this.live = live;
        notes = new StatusNotes(plan, mechanism, registry, dispatched, live);
    }

    /// How things stand at `now`; what the kernel does not tell is absent.
    public Status read(State state, long now, SockDiag diag) {
        Map<Long, SocketRow> rows = rows(diag);
        List<ProcessEntry> processes = ProcessList.read();
        List<Status.SlotStatus> slots = new ArrayList<>();
        for (Slot slot : state.slots()) {
            slots.add(slot(slot, now, rows, worker -> connections(worker, processes, diag)));
        }
        return new Status(
                plan.name(),
                (int) ProcessHandle.current().pid(),
                mechanism.text(state.traffic().policy()),
                fallbacks(),
                state.traffic().shed(),
                plan.adopt().word(),
                state.command(),
                listen(),
                state.operation().map(Operation::verb),
                strangers.found(),
                slots,
                notes.read(state, now));
    }

    private OptionalLong fallbacks() {
        long[] counted =
                registry.groups().stream()
                        .map(Group::fallbacks)
                        .filter(OptionalLong::isPresent)
                        .mapToLong(OptionalLong::getAsLong)
                        .toArray();
        return counted.length == 0
                ? OptionalLong.empty()
                : OptionalLong.of(Arrays.stream(counted).sum());
    }

    private List<String> listen() {
        Stream<String> groups =
                registry.groups().stream()
                        .filter(group -> !group.key().own())
                        .map(group -> group.key().toString());
        Stream<String> doors =
                dispatched.stream().flatMap(d -> d.addresses().stream()).map(Object::toString);
        return Stream.concat(groups, doors).distinct().sorted().toList();
    }

    private Map<Long, SocketRow> rows(SockDiag diag) {
        Map<Long, SocketRow> rows = new HashMap<>();
        try {
            for (Group group : registry.groups()) {
                GroupKey key = group.key();
                DiagQuery query =
                        DiagQuery.all(key.protocol())
                                .withLocalPort(key.address().port())
                                .withMemory();
                if (key.protocol() == Protocol.TCP) {
                    query = query.withStates(TcpState.LISTEN);
                }
                diag.dump(query).forEach(row -> rows.put(row.inode(), row));
            }
        } catch (IOException unreadable) {
            return rows;
        }
        return rows;
    }

    private Status.SlotStatus slot(
            Slot slot,
            long now,
            Map<Long, SocketRow> rows,
            Function<LiveWorker, OptionalInt> connections) {
        Optional<Worker> principal = slot.principal();
        List<Status.WorkerStatus> workers =
                slot.workers().stream().map(w -> worker(slot, w, connections)).toList();
        Stream<Status.SocketStatus> held =
                registry.all().stream()
                        .filter(socket -> socket.owner().slot() == slot.index())
                        .filter(HeldSocket::listening)
                        .map(socket -> socket(socket, rows.get(socket.inode())));
        Stream<Status.SocketStatus> passed =
                dispatched.stream().flatMap(d -> d.sockets(slot.index()).stream());
        List<Status.SocketStatus> sockets = Stream.concat(held, passed).toList();
        OptionalInt pid =
                principal
                        .map(Worker::pid)
                        .filter(p -> p > 0)
                        .map(OptionalInt::of)
                        .orElseGet(OptionalInt::empty);
        return new Status.SlotStatus(
                slot.index(),
                slot.condition().name().toLowerCase(Locale.ROOT),
                pid,
                principal.map(worker -> worker.id().generation()).orElse(slot.generation()),
                slot.health().restarts(),
                Instant.now().minusMillis(now - slot.since()),
                slot.health().lastFailure(),
                stalled(slot),
                workers,
                sockets);
    }

    private boolean stalled(Slot slot) {
        int index = slot.index();
        return registry.all().stream().anyMatch(s -> s.stalled() && s.owner().slot() == index)
                || dispatched.filter(passing -> passing.stalled(index)).isPresent();
    }

    private Status.WorkerStatus worker(
            Slot slot, Worker worker, Function<LiveWorker, OptionalInt> connections) {
        boolean held = worker.phase() == Phase.READY && slot.goal() != Slot.Goal.RUN;
        String state = held ? "draining" : worker.phase().name().toLowerCase(Locale.ROOT);
        int generation = worker.id().generation();
        LiveWorker process = live.get(worker.id());
        OptionalInt open = process == null ? OptionalInt.empty() : connections.apply(process);
        return new Status.WorkerStatus(worker.pid(), generation, state, open);
    }

    private OptionalInt connections(
            LiveWorker worker, List<ProcessEntry> processes, SockDiag diag) {
        Set<Integer> ports = new HashSet<>();
        worker.counted().forEach(address -> ports.add(address.address().port()));
        try {
            Set<Integer> pids = trees.of(worker, processes);
            return OptionalInt.of(Connections.open(pids, ports, diag));
        } catch (IOException unreadable) {
            return OptionalInt.empty();
        }
    }

    private Status.SocketStatus socket(HeldSocket socket, @Nullable SocketRow row) {
        Optional<Group> group = registry.group(socket.key());
        boolean tcp = socket.key().protocol() == Protocol.TCP;
        OptionalInt drops = row == null ? OptionalInt.empty() : row.drops();
        return new Status.SocketStatus(
                socket.key().toString(),
                socket.owner().generation(),
                OptionalLong.of(socket.inode()),
                row == null ? OptionalInt.empty() : OptionalInt.of(row.receiveQueue()),
                row == null || !tcp ? OptionalInt.empty() : OptionalInt.of(row.sendQueue()),
                drops.isPresent() ? OptionalLong.of(drops.getAsInt()) : OptionalLong.empty(),
                group.map(g -> g.steered(socket)).orElseGet(OptionalLong::empty),
                group.map(g -> g.share(socket)).orElseGet(OptionalDouble::empty));
    }
}
