package dev.berth.supervise.watch;

import dev.berth.net.DiagQuery;
import dev.berth.net.ProcessList;
import dev.berth.net.Protocol;
import dev.berth.net.SockDiag;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpInfo;
import dev.berth.net.TcpState;
import dev.berth.supervise.contract.Observer;
import dev.berth.supervise.contract.Status;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.process.Aside;
import dev.berth.supervise.process.LiveWorker;
import dev.berth.supervise.process.ProcessTree;
import dev.berth.supervise.process.ProcessTrees;
import dev.berth.supervise.steering.Dispatched;
import dev.berth.supervise.steering.HeldSocket;
import dev.berth.supervise.steering.SocketRegistry;
import dev.berth.supervise.steering.Unheld;
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
public final class Patrol {
    private static final int ENDING_MILLIS = 20;

    private final SocketRegistry registry;
    private final ProcessTrees trees;
    private final Strangers strangers;
    private final Observer observer;
    private final int backlog;
    private final Unheld unheld;
    private final Stalls stalls = new Stalls();
    private final Set<WorkerId> idle = new HashSet<>();

    public Patrol(
            SocketRegistry registry,
            ProcessTrees trees,
            Strangers strangers,
            Observer observer,
            int backlog) {
        this.registry = registry;
        this.trees = trees;
        this.strangers = strangers;
        this.observer = observer;
        this.backlog = backlog;
        this.unheld = new Unheld(registry);
    }

    /// Reports new foreign sockets on the shared ports.
    ///
    /// @param looks finds out which processes own them
    public void strangers(SockDiag diag, Aside looks) throws IOException {
        strangers.look(diag, looks, this::say);
    }

    private void say(List<Status.Stranger> fresh) {
        for (Status.Stranger stranger : fresh) {
            String who =
                    stranger.pid().isPresent()
                            ? "pid " + stranger.pid().getAsInt() + " (" + stranger.command() + ")"
                            : "a process of " + stranger.command();
            observer.said(
                    "a foreign socket on "
                            + stranger.listen()
                            + ": "
                            + who
                            + " "
                            + stranger.effect());
        }
    }

    /// Checks whether connections are accepted from every listener of the workers in service.
    public void queues(Collection<LiveWorker> workers, long now, SockDiag diag) throws IOException {
        Map<HeldSocket, LiveWorker> owners = new LinkedHashMap<>();
        for (LiveWorker worker : workers) {
            registry.of(worker.id()).forEach(socket -> owners.put(socket, worker));
        }
        stalls.keep(owners.keySet());
        for (Map.Entry<HeldSocket, LiveWorker> entry : owners.entrySet()) {
            HeldSocket socket = entry.getKey();
            int queue = socket.queue().orElse(0);
            if (stalls.look(socket, queue, now, port -> waiting(port, diag))) {
                observer.said(stall(socket, queue, entry.getValue().pid()));
            }
        }
    }

    /// Checks whether every worker in service takes the connections that the dispatcher passes to
    /// it.
    public void takers(Collection<LiveWorker> workers, Dispatched dispatched) {
        for (LiveWorker worker : workers) {
            WorkerId id = worker.id();
            boolean stalled = dispatched.stalled(id);
            if (stalled ? idle.add(id) : idle.remove(id)) {
                String who = "slot " + id + " (pid " + worker.pid() + ") ";
                observer.said(
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
                ? who
                        + "is not accepting connections: "
                        + queue
                        + " wait on "
                        + socket.key()
                        + "; it may be hung"
                : who + "accepts again on " + socket.key();
    }

    /// A connection without a descriptor has not been accepted yet.
    private static Set<Long> waiting(int port, SockDiag diag) throws IOException {
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
    /// @param looks runs the search of its processes, if a socket is not where it was
    /// @param lost called with a reason if it has no socket left from which it could accept
    public void sockets(LiveWorker worker, Aside looks, Consumer<String> lost) throws IOException {
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
        ProcessTree tree = trees.tree(worker);
        unheld.drop(
                worker.id(),
                () -> tree.pids(ProcessList.read()),
                looks::attempt,
                left -> {
                    if (!left && !ending(worker)) {
                        lost.accept("closed its listener; waiting for it to listen again");
                    }
                });
    }

    /// Whether it is just exiting: its descriptors close a moment before the process ends.
    private static boolean ending(LiveWorker worker) {
        return worker.ended()
                || Poll.poll(worker.pidfd().number(), Poll.POLLIN, ENDING_MILLIS) != 0;
    }

    /// Whether the socket is as it should be, or is again.
    private boolean repair(LiveWorker worker, HeldSocket socket) throws IOException {
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
            observer.said(what + "it listens again");
            return true;
        } catch (IOException failed) {
            observer.said(what + failed.getMessage());
            return false;
        }
    }

    /// Whether the worker has just connected its datagram socket, and has no other in a group.
    private boolean connected(LiveWorker worker, HeldSocket socket) throws ErrnoException {
        if (!socket.listening()
                || socket.key().protocol() != Protocol.UDP
                || Sockets.getpeername(socket.fd().number()).isEmpty()) {
            return false;
        }
        observer.said(
                "slot "
                        + worker.id()
                        + " connected its datagram socket on "
                        + socket.key()
                        + ", which thereby left the group");
        registry.left(socket);
        return registry.of(worker.id()).stream()
                .noneMatch(other -> other.listening() && !other.key().own());
    }
}
