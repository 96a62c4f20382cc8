package dev.berth.supervise.watch;

import dev.berth.net.Protocol;
import dev.berth.net.SocketRow;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.contract.Status;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Operation;
import dev.berth.supervise.lifecycle.Phase;
import dev.berth.supervise.lifecycle.Slot;
import dev.berth.supervise.lifecycle.State;
import dev.berth.supervise.lifecycle.Worker;
import dev.berth.supervise.process.BackgroundExecutor;
import dev.berth.supervise.process.KernelTables;
import dev.berth.supervise.process.ProcessTrees;
import dev.berth.supervise.process.SupervisorResources;
import dev.berth.supervise.process.WorkerProcess;
import dev.berth.supervise.steering.ConnectionSource;
import dev.berth.supervise.steering.HeldSocket;
import dev.berth.supervise.steering.ReuseportGroup;
import dev.berth.supervise.steering.SteeringSupport;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// Combines the state, the sockets and the kernel's data about them into a status.
public final class StatusReader {
    /// A caller waits for the status, so it must not wait for the last of its figures.
    private static final long LONGEST_SCAN_MILLIS = 3_000;

    private final ServiceSpec spec;
    private final SteeringSupport support;
    private final ConnectionSource source;
    private final ForeignSockets foreignSockets;
    private final ProcessTrees trees;
    private final Map<WorkerId, WorkerProcess> live;
    private final StatusNotes notes;

    public StatusReader(
            ServiceSpec spec,
            SteeringSupport support,
            ConnectionSource source,
            ForeignSockets foreignSockets,
            ProcessTrees trees,
            Map<WorkerId, WorkerProcess> live) {
        this.spec = spec;
        this.support = support;
        this.source = source;
        this.foreignSockets = foreignSockets;
        this.trees = trees;
        this.live = live;
        notes = new StatusNotes(spec, support, source, live);
    }

    /// Makes a status without blocking the owner thread. On a machine that is too busy for the
    /// scan, the figures that only the scan shows are absent.
    ///
    /// @param state returns the state when it is needed
    /// @param answer called by the owner thread, once, unless the supervisor ends
    /// @param ended called by any thread if the supervisor ends first
    public void read(
            Supplier<State> state,
            SupervisorResources resources,
            Consumer<Status> answer,
            Runnable ended) {
        boolean[] answered = {false};
        Consumer<StatusScan.StatusFacts> once =
                seen -> {
                    if (!answered[0]) {
                        answered[0] = true;
                        answer.accept(read(state.get(), resources.loop().now(), seen));
                    }
                };
        StatusScan scan = scan(resources.env().tables());
        resources
                .scanExecutor()
                .submit(
                        scan::scan,
                        found ->
                                once.accept(
                                        found
                                                        instanceof
                                                        BackgroundExecutor.Done<
                                                                StatusScan.StatusFacts>(
                                                                StatusScan.StatusFacts seen)
                                                ? seen
                                                : StatusScan.StatusFacts.NONE),
                        _ -> ended.run());
        resources.loop().after(LONGEST_SCAN_MILLIS, () -> once.accept(StatusScan.StatusFacts.NONE));
    }

    private StatusScan scan(KernelTables tables) {
        Set<Integer> udp = new HashSet<>();
        for (ReuseportGroup group : source.registry().groups()) {
            if (group.key().protocol() == Protocol.UDP) {
                udp.add(group.key().address().port());
            }
        }
        List<StatusScan.ScannedWorker> members = new ArrayList<>();
        for (WorkerProcess worker : live.values()) {
            Set<Integer> ports = new HashSet<>();
            worker.sharedAddresses().forEach(address -> ports.add(address.address().port()));
            members.add(new StatusScan.ScannedWorker(trees.tree(worker), ports));
        }
        return new StatusScan(udp, members, tables);
    }

    /// The status at `now`; what the kernel does not show is absent.
    private Status read(State state, long now, StatusScan.StatusFacts seen) {
        List<Status.SlotStatus> slots = new ArrayList<>();
        for (Slot slot : state.slots()) {
            slots.add(slot(slot, now, seen));
        }
        return new Status(
                spec.name(),
                (int) ProcessHandle.current().pid(),
                support.text(state.traffic().policy()),
                fallbacks(),
                state.traffic().shed(),
                spec.sockets().word(),
                state.command(),
                listen(),
                state.operation().map(Operation::verb),
                foreignSockets.found(),
                slots,
                notes.read(state, now));
    }

    private OptionalLong fallbacks() {
        long[] counted =
                source.registry().groups().stream()
                        .map(ReuseportGroup::fallbacks)
                        .filter(OptionalLong::isPresent)
                        .mapToLong(OptionalLong::getAsLong)
                        .toArray();
        return counted.length == 0
                ? OptionalLong.empty()
                : OptionalLong.of(Arrays.stream(counted).sum());
    }

    private List<String> listen() {
        Stream<String> groups =
                source.registry().groups().stream()
                        .filter(group -> !group.key().own())
                        .map(group -> group.key().toString());
        Stream<String> doors =
                source.dispatcherTarget().stream()
                        .flatMap(d -> d.addresses().stream())
                        .map(Object::toString);
        return Stream.concat(groups, doors).distinct().sorted().toList();
    }

    private Status.SlotStatus slot(Slot slot, long now, StatusScan.StatusFacts seen) {
        Optional<Worker> principal = slot.principal();
        List<Status.WorkerStatus> workers =
                slot.workers().stream().map(w -> worker(slot, w, seen)).toList();
        Stream<Status.SocketStatus> held =
                source.registry().all().stream()
                        .filter(socket -> socket.owner().slot() == slot.index())
                        .filter(HeldSocket::listening)
                        .map(socket -> socket(socket, seen.rows().get(socket.inode())));
        Stream<Status.SocketStatus> passed =
                source.dispatcherTarget().stream().flatMap(d -> d.sockets(slot.index()).stream());
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
                slot.history().restarts(),
                Instant.now().minusMillis(now - slot.since()),
                slot.history().lastFailure(),
                stalled(slot),
                workers,
                sockets);
    }

    private boolean stalled(Slot slot) {
        int index = slot.index();
        return source.registry().all().stream()
                        .anyMatch(s -> s.stalled() && s.owner().slot() == index)
                || source.dispatcherTarget().filter(passing -> passing.stalled(index)).isPresent();
    }

    private static Status.WorkerStatus worker(
            Slot slot, Worker worker, StatusScan.StatusFacts seen) {
        boolean held = worker.phase() == Phase.READY && slot.goal() != Slot.Goal.RUN;
        String state = held ? "draining" : worker.phase().name().toLowerCase(Locale.ROOT);
        int generation = worker.id().generation();
        OptionalInt open = seen.connections(worker.id());
        return new Status.WorkerStatus(worker.pid(), generation, state, open);
    }

    private Status.SocketStatus socket(HeldSocket socket, @Nullable SocketRow row) {
        Optional<ReuseportGroup> group = source.registry().group(socket.key());
        boolean tcp = socket.key().protocol() == Protocol.TCP;
        OptionalInt drops =
                row == null || tcp && socket.defersAccept() ? OptionalInt.empty() : row.drops();
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
