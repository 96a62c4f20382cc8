package dev.berth.supervise.steering;

import dev.berth.sys.ErrnoException;

import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;

/// How the connections of one group are led to some of its members.
interface Steering extends AutoCloseable {
    /// Whether what waits at a member that closes moves to those that are served.
    boolean migrates();

    /// Whether it names the members by their places in the group, so that nobody who is served may
    /// change place.
    boolean byPlace();

    /// `socket` is a member now, and can be named in a table.
    ///
    /// @throws IOException it cannot be led to
    void joined(HeldSocket socket) throws IOException;

    /// The group goes by the table from now on, which knows of its new member `socket`. Before that
    /// the first member of a group gets what comes by the kernel's choice.
    default void begins(HeldSocket socket) throws ErrnoException {}

    /// `socket`, which is not served any more, is about to leave, or has left.
    void leaves(HeldSocket socket);

    /// From now on only those in `table` get connections; with none of them, clients are refused
    /// where the mechanism can do that. `order` are all members as the kernel counts them. To be
    /// said again when the order has changed.
    void serve(Table table, List<HeldSocket> order) throws ErrnoException;

    /// Whether connections go by `table` once it is served.
    boolean follows(Table table);

    /// How many connections were led to `socket`; empty if the mechanism does not count.
    OptionalLong steered(HeldSocket socket);

    /// The same of several, at one moment; 0 if the mechanism does not count.
    default long[] steered(List<HeldSocket> sockets) {
        return sockets.stream().mapToLong(socket -> steered(socket).orElse(0)).toArray();
    }

    /// How many connections the mechanism failed to lead anywhere, so that the kernel's hash took
    /// over; empty if it does not count.
    OptionalLong fallbacks();

    @Override
    void close();
}
