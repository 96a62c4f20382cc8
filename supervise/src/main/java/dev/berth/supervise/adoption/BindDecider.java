package dev.berth.supervise.adoption;

import dev.berth.net.ListenAddress;
import dev.berth.net.Protocol;
import dev.berth.net.SocketRow;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.process.WorkerProcess;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.supervise.steering.HeldSocket;
import dev.berth.supervise.steering.ListenerRegistry;
import dev.berth.sys.Errno;
import dev.berth.sys.SockAddr;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// Decides about the calls of workers. Changes nothing; of the kernel it asks only, once a call,
/// which foreign sockets listen at the address.
record BindDecider(
        ServiceSpec spec,
        ListenerRegistry registry,
        ConflictCheck conflicts,
        BindInterceptor.Callbacks callbacks) {
    /// Decides about a bind(2).
    BindDecision bind(WorkerProcess worker, BindArguments found) {
        if (!(found.address() instanceof SockAddr.Inet address) || found.socket().isEmpty()) {
            return new BindDecision.Pass();
        }
        ChildSocket socket = found.socket().get();
        ListenAddress wanted = new ListenAddress(socket.protocol(), address);
        BindPolicy.Decision decision =
                BindPolicy.decide(
                        spec,
                        worker.id().slot(),
                        socket.protocol(),
                        address,
                        callbacks.ready(worker),
                        worker.sharedAddresses());
        return switch (decision) {
            case BindPolicy.Decision.Pass() -> leave(worker, found, wanted);
            case BindPolicy.Decision.Refuse(Errno errno, String why) ->
                    new BindDecision.Refuse(errno, why);
            case BindPolicy.Decision.Share() when !socket.seen() && !spec.named() ->
                    new BindDecision.Refuse(Errno.EPERM, unseen(wanted));
            case BindPolicy.Decision.Share() ->
                    member(worker, found, socket, socket.key(address, false));
            case BindPolicy.Decision.Own(SockAddr.Inet own) ->
                    member(worker, found, socket, socket.key(own, true));
        };
    }

    /// If this is the only worker, no socket of ours can be in the way, and the program itself
    /// reports any conflict.
    private BindDecision leave(WorkerProcess worker, BindArguments found, ListenAddress wanted) {
        boolean full =
                wanted.protocol() == Protocol.TCP
                        && !spec.named()
                        && !callbacks.ready(worker)
                        && BindPolicy.full(worker.sharedAddresses());
        boolean others = callbacks.live().size() > 1;
        boolean watched = others && !found.tolerant();
        return new BindDecision.Leave(wanted, full, watched ? found.inode() : OptionalLong.empty());
    }

    private static String unseen(ListenAddress wanted) {
        return "cannot take the socket for "
                + wanted
                + ": pidfd_getfd is refused (it needs CAP_SYS_PTRACE; Docker's default profile"
                + " forbids it without); name the port with -p or -l, or use --adopt listen-fds";
    }

    /// Decides about a bind that makes the socket a member of the group `key`. A bound socket
    /// cannot be bound again, except by the same call, restarted.
    private BindDecision member(
            WorkerProcess worker, BindArguments found, ChildSocket child, GroupKey key) {
        Optional<HeldSocket> bound =
                held(found.inode()).filter(socket -> socket.owner().equals(worker.id()));
        if (bound.isPresent()) {
            return bound.get().key().address().equals(key.address())
                    ? new BindDecision.Repeat()
                    : new BindDecision.Fail(Errno.EINVAL);
        }
        return worker.sharedAddresses().contains(key.listen())
                ? new BindDecision.Sweep(child, key)
                : fresh(worker, child, key);
    }

    private Optional<HeldSocket> held(OptionalLong inode) {
        return inode.isPresent() ? registry.byInode(inode.getAsLong()) : Optional.empty();
    }

    /// The same for an address at which the worker has no socket.
    BindDecision fresh(WorkerProcess worker, ChildSocket child, GroupKey key) {
        Optional<HeldSocket> inherited = registry.inheritance(worker.id(), key);
        if (inherited.isPresent()) {
            return new BindDecision.Inherit(child, inherited.get());
        }
        try {
            return unlessTaken(new BindDecision.Create(child, key));
        } catch (IOException failed) {
            return new BindDecision.RefuseFailed(key, failed);
        }
    }

    /// Decides about a listen(2).
    ///
    /// @param inode of the socket, if it is one that may be inspected
    /// @throws IOException the kernel does not say who else listens there
    BindDecision listen(WorkerProcess worker, OptionalLong inode) throws IOException {
        Optional<HeldSocket> held = held(inode);
        if (held.isEmpty()) {
            return new BindDecision.Pass();
        }
        Optional<String> unfit = callbacks.rejection(worker, held.get().key());
        if (unfit.isPresent()) {
            return new BindDecision.Refuse(Errno.EADDRINUSE, unfit.get());
        }
        // Another program may have begun to listen since the bind.
        return unlessTaken(new BindDecision.Listen(held.get()));
    }

    private BindDecision unlessTaken(BindDecision.Join join) throws IOException {
        List<SocketRow> others = conflicts.of(join.key());
        if (others.isEmpty()) {
            return join;
        }
        return conflicts.certain(join.key(), others)
                ? new BindDecision.RefuseTaken(join.key(), others)
                : new BindDecision.CheckOwners(others, join);
    }
}
