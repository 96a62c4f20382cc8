package dev.berth.supervise.watch;

import dev.berth.net.DiagQuery;
import dev.berth.net.PortHolder;
import dev.berth.net.Protocol;
import dev.berth.net.SocketLookup;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpInfo;
import dev.berth.net.TcpState;
import dev.berth.supervise.contract.EventSink;
import dev.berth.supervise.contract.Status;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.process.ProcessTree;
import dev.berth.supervise.process.SupervisorResources;
import dev.berth.supervise.process.WorkerProcess;
import dev.berth.supervise.steering.ClosedSocketSweep;
import dev.berth.supervise.steering.DispatcherTarget;
import dev.berth.supervise.steering.HeldSocket;
import dev.berth.supervise.steering.ListenerRegistry;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Poll;
import dev.berth.sys.Sockets;

import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// Checks the sockets once a second: listeners that a worker shut down, listeners that no process
/// holds any more or accepts from, datagram sockets that left their group, foreign sockets.
public final class SocketHealthCheck {
    private static final int ENDING_MILLIS = 20;

    private final ListenerRegistry registry;
    private final SupervisorResources resources;
    private final ForeignSockets foreignSockets;
    private final EventSink sink;
    private final int backlog;
    private final ClosedSocketSweep sweep;
    private final AcceptStallDetector stallDetector = new AcceptStallDetector();
    private final Set<WorkerId> idle = new HashSet<>();

    public SocketHealthCheck(
            ListenerRegistry registry,
            SupervisorResources resources,
            ForeignSockets foreignSockets,
            EventSink sink,
            int backlog) {
        this.registry = registry;
        this.resources = resources;
        this.foreignSockets = foreignSockets;
        this.sink = sink;
        this.backlog = backlog;
        this.sweep = new ClosedSocketSweep(registry);
    }

    /// Reports new foreign sockets on the shared ports.
    public void checkForeignSockets() throws IOException {
        foreignSockets.scan(resources.diag(), resources.scanExecutor(), this::say);
    }

    private void say(List<Status.ForeignSocket> fresh) {
        for (Status.ForeignSocket foreignSocket : fresh) {
            String who =
                    foreignSocket.pid().isPresent()
                            ? PortHolder.process(
                                    foreignSocket.pid().getAsInt(), foreignSocket.command())
                            : "a process of " + foreignSocket.command();
            sink.onEvent(
                    "a foreign socket on %s: %s %s"
                            .formatted(foreignSocket.listen(), who, foreignSocket.effect()));
        }
    }

    /// Checks whether connections are accepted from every listener of the workers in service.
    public void checkQueues(Collection<WorkerProcess> workers, long now) throws IOException {
        Map<HeldSocket, WorkerProcess> owners = new LinkedHashMap<>();
        for (WorkerProcess worker : workers) {
            registry.of(worker.id()).forEach(socket -> owners.put(socket, worker));
        }
        stallDetector.keep(owners.keySet());
        for (Map.Entry<HeldSocket, WorkerProcess> entry : owners.entrySet()) {
            HeldSocket socket = entry.getKey();
            int queue = socket.queue().orElse(0);
            if (stallDetector.record(socket, queue, now, port -> waiting(port, resources.diag()))) {
                sink.onEvent(stall(socket, queue, entry.getValue().pid()));
            }
        }
    }

    /// Checks whether every worker in service takes the connections that the dispatcher passes to
    /// it.
    public void checkReceivers(
            Collection<WorkerProcess> workers, DispatcherTarget dispatcherTarget) {
        for (WorkerProcess worker : workers) {
            WorkerId id = worker.id();
            boolean stalled = dispatcherTarget.stalled(id);
            if (stalled ? idle.add(id) : idle.remove(id)) {
                String who = "slot " + id + " (pid " + worker.pid() + ") ";
                sink.onEvent(
                        who
                                + (stalled
                                        ? "is not taking connections; it may be hung"
                                        : "takes connections again"));
            }
        }
    }

    private static String stall(HeldSocket socket, int queue, int pid) {
        String who = "slot " + socket.owner() + " (pid " + pid + ") ";
        return socket.stalled()
                ? "%sis not accepting connections: %s wait on %s; it may be hung"
                        .formatted(who, queue, socket.key())
                : who + "accepts again on " + socket.key();
    }

    /// A connection without a descriptor has not been accepted yet.
    private static Set<Long> waiting(int port, SocketLookup diag) throws IOException {
        DiagQuery query =
                DiagQuery.all(Protocol.TCP)
                        .withLocalPort(port)
                        .withStates(TcpState.ESTABLISHED, TcpState.CLOSE_WAIT);
        return diag.dump(query).stream()
                .filter(row -> row.inode() == 0)
                .map(SocketRow::cookie)
                .collect(Collectors.toSet());
    }

    /// Repairs the sockets of `worker`, which should be listening.
    ///
    /// @param lost called with a reason if it has no socket left from which it could accept
    public void checkSockets(WorkerProcess worker, Consumer<String> lost) throws IOException {
        if (worker.ended()) {
            return;
        }
        for (HeldSocket socket : registry.of(worker.id())) {
            if (socket.listening() && !repair(worker, socket)) {
                lost.accept("shut down its listener, which Berth cannot repair");
                return;
            }
            if (connected(worker, socket)) {
                lost.accept("connected its datagram socket; waiting for it to bind another one");
                return;
            }
        }
        ProcessTree tree = resources.trees().tree(worker);
        sweep.closeUnheld(
                worker.id(),
                () -> tree.pids(resources.env().tables().processes()),
                resources.scanExecutor()::attempt,
                left -> {
                    if (!left && !ending(worker)) {
                        lost.accept("closed its listener; waiting for it to listen again");
                    }
                });
    }

    /// Whether it is just exiting: its descriptors close a moment before the process ends.
    private static boolean ending(WorkerProcess worker) {
        return worker.ended()
                || Poll.poll(worker.pidfd().number(), Poll.POLLIN, ENDING_MILLIS) != 0;
    }

    /// Whether the socket is as it should be, or is again.
    private boolean repair(WorkerProcess worker, HeldSocket socket) throws IOException {
        if (socket.key().protocol() == Protocol.UDP
                || TcpInfo.of(socket.fd().number()).listening()) {
            return true;
        }
        registry.left(socket);
        String what = "slot " + worker.id() + " had shut " + socket.key() + " down; ";
        try {
            int listening = Sockets.listen(socket.fd().number(), backlog);
            ErrnoException.check("listen", socket.key(), listening);
            registry.joined(socket);
            sink.onEvent(what + "it listens again");
            return true;
        } catch (IOException failed) {
            sink.onEvent(what + failed.getMessage());
            return false;
        }
    }

    /// Whether the worker has just connected its datagram socket, and has no other in a group.
    private boolean connected(WorkerProcess worker, HeldSocket socket) throws ErrnoException {
        if (!socket.listening()
                || socket.key().protocol() != Protocol.UDP
                || Sockets.getpeername(socket.fd().number()).isEmpty()) {
            return false;
        }
        sink.onEvent(
                "slot %s connected its datagram socket on %s, which thereby left the group"
                        .formatted(worker.id(), socket.key()));
        registry.left(socket);
        return registry.of(worker.id()).stream()
                .noneMatch(other -> other.listening() && !other.key().own());
    }
}
