package dev.berth.supervise.steering;

import dev.berth.sys.ErrnoException;

import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;

/// How the connections of one group are steered to some of its members. What an implementation
/// leaves out is as with the kernel's own hash over all members.
interface Steering extends AutoCloseable {
    /// Whether connections queued at a member that closes move to the served members.
    default boolean migrates() {
        return false;
    }

    /// Whether it names the members by their index in the group, so that the index of a served
    /// member must not change.
    default boolean usesIndices() {
        return false;
    }

    /// Handles a new member, which can be named in a table from now on.
    ///
    /// @throws IOException no connection can be steered to it
    default void afterJoin(HeldSocket socket) throws IOException {}

    /// Makes the group follow the table, which includes its new member `socket`. Before this, the
    /// first member of a group gets the connections that the kernel chooses for it.
    default void activate(HeldSocket socket) throws ErrnoException {}

    /// Handles a member that is no longer served and is about to leave, or has left.
    default void beforeLeave(HeldSocket socket) {}

    /// From now on only the members in `table` get connections; if there are none, clients are
    /// refused where the mechanism can do that. Call it again when the order has changed.
    ///
    /// @param order all members as the kernel numbers them
    default void serve(SelectionTable table, List<HeldSocket> order) throws ErrnoException {}

    /// Whether connections follow `table` once it is served.
    default boolean follows(SelectionTable table) {
        return false;
    }

    /// How many connections were steered to `socket`; empty if the mechanism does not count.
    default OptionalLong steered(HeldSocket socket) {
        return OptionalLong.empty();
    }

    /// The same for several sockets, at one moment; 0 if the mechanism does not count.
    default long[] steered(List<HeldSocket> sockets) {
        return sockets.stream().mapToLong(socket -> steered(socket).orElse(0)).toArray();
    }

    /// How many connections the mechanism failed to steer, so that the kernel's hash took over;
    /// empty if it does not count.
    default OptionalLong fallbacks() {
        return OptionalLong.empty();
    }

    @Override
    default void close() {}
}
