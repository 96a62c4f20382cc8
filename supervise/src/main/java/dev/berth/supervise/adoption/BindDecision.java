package dev.berth.supervise.adoption;

import dev.berth.net.ListenAddress;
import dev.berth.net.SocketRow;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.supervise.steering.HeldSocket;
import dev.berth.sys.Errno;

import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;

/// What to do with one bind(2) or listen(2) of a worker: computed by [BindDecider], carried out by
/// [BindExecutor].
sealed interface BindDecision {
    /// The kernel carries out the call; nothing is to be reported.
    record Pass() implements BindDecision {}

    /// The kernel carries out the bind of an address that is not shared.
    ///
    /// @param full whether it is not shared because the worker shares too many already
    /// @param watched the socket's inode, if the bind may fail because of a socket of ours
    record Leave(ListenAddress wanted, boolean full, OptionalLong watched)
            implements BindDecision {}

    /// The call succeeds again: before Linux 5.19 a signal interrupts a waiting call, and the
    /// kernel restarts it.
    record Repeat() implements BindDecision {}

    /// The call fails as it would without Berth; nothing is to be reported.
    record Fail(Errno errno) implements BindDecision {}

    /// The call fails.
    record Refuse(Errno errno, String why) implements BindDecision {}

    /// The call fails because foreign sockets, `others`, listen there.
    record RefuseTaken(GroupKey key, List<SocketRow> others) implements BindDecision {}

    /// The call fails because the supervisor failed to do its part.
    record RefuseFailed(GroupKey key, IOException why) implements BindDecision {}

    /// The worker gets its predecessor's socket, with the connections queued in it, in place of its
    /// own.
    record Inherit(ChildSocket child, HeldSocket socket) implements BindDecision {}

    /// The worker has, or had, a socket with this address. Sockets that it has closed meanwhile are
    /// dropped first, as it may inherit one of them; then the bind is decided by
    /// [BindDecider#fresh].
    record Sweep(ChildSocket child, GroupKey key) implements BindDecision {}

    /// Whether foreign sockets, `others`, keep the address to themselves, or would let ours join
    /// them, must be found out first; if neither is so, `then` is carried out.
    record CheckOwners(List<SocketRow> others, Join then) implements BindDecision {}

    /// Makes a socket a member of its group.
    ///
    /// **Ownership:** [#kept] moves what it holds to a decision that is carried out later; the
    /// caller closes that one.
    sealed interface Join extends BindDecision, AutoCloseable {
        GroupKey key();

        default Join kept() {
            return this;
        }

        @Override
        default void close() {}
    }

    /// The supervisor binds the worker's socket and keeps a descriptor of it.
    record Create(ChildSocket child, GroupKey key) implements Join {
        @Override
        public Join kept() {
            return new Create(child.moved(), key);
        }

        @Override
        public void close() {
            child.close();
        }
    }

    /// The supervisor listens on the socket.
    record Listen(HeldSocket socket) implements Join {
        @Override
        public GroupKey key() {
            return socket.key();
        }
    }
}
