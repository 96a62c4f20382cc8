package dev.berth.supervise;

import dev.berth.net.Holder;
import dev.berth.net.Holders;
import dev.berth.net.Protocol;
import dev.berth.net.SockDiag;
import dev.berth.net.TcpInfo;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Sockets;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// Looks after the sockets once a second: listeners that a worker shut down, listeners that no
/// process holds any more, datagram sockets that left their group, strangers.
final class Patrol {
    private final SocketRegistry registry;
    private final ProcessTrees trees;
    private final Strangers strangers;
    private final Observer observer;
    private final int backlog;

    Patrol(
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
    }

    void strangers(SockDiag diag) throws IOException {
        for (Status.Stranger stranger : strangers.look(diag)) {
            String who =
                    stranger.pid().isPresent()
                            ? "pid " + stranger.pid().getAsInt() + " (" + stranger.command() + ")"
                            : "a process of " + stranger.command();
            observer.said(
                    "a stranger on " + stranger.listen() + ": " + who + " " + stranger.effect());
        }
    }

    /// Makes good what happened to the sockets of `worker`, which shall be listening.
    ///
    /// @param lost called with a reason if it has none left that it could accept from
    void sockets(LiveWorker worker, Consumer<String> lost) throws IOException {
        if (worker.ended()) {
            return;
        }
        for (HeldSocket socket : registry.of(worker.id())) {
            if (socket.listening()) {
                repair(worker, socket);
            }
        }
        if (!dropUnheld(worker)) {
            lost.accept("closed its listener; waiting for it to listen again");
        }
    }

    private void repair(LiveWorker worker, HeldSocket socket) throws IOException {
        if (socket.key().protocol() == Protocol.UDP) {
            if (Sockets.getpeername(socket.fd().number()).isPresent()) {
                observer.said(
                        "slot "
                                + worker.id()
                                + " connected its datagram socket, which left the"
                                + " group by that");
                registry.left(socket);
            }
            return;
        }
        if (!TcpInfo.of(socket.fd().number()).listening()) {
            registry.left(socket);
            int listening = Sockets.listen(socket.fd().number(), backlog);
            ErrnoException.check("listen", socket.key(), listening);
            registry.joined(socket);
            observer.said(
                    "slot "
                            + worker.id()
                            + " had shut "
                            + socket.key()
                            + " down; it listens again");
        }
    }

    /// Gives up sockets that the worker itself has closed; whether it has one left, where it had
    /// any.
    boolean dropUnheld(LiveWorker worker) throws IOException {
        List<HeldSocket> shared =
                registry.of(worker.id()).stream().filter(HeldSocket::listening).toList();
        boolean suspect = shared.stream().anyMatch(socket -> !stillHeld(socket));
        if (!suspect) {
            return true;
        }
        Map<Long, List<Holder>> holders = Holders.of(trees.of(worker));
        boolean any = false;
        for (HeldSocket socket : shared) {
            List<Holder> found = holders.getOrDefault(socket.inode(), List.of());
            socket.heldBy(found.stream().findFirst());
            if (found.isEmpty()) {
                registry.abandon(socket);
            } else {
                any |= !socket.key().own();
            }
        }
        return any;
    }

    private static boolean stillHeld(HeldSocket socket) {
        Optional<Holder> holder = socket.holder();
        return holder.isPresent() && Holders.holds(holder.get(), socket.inode());
    }
}
