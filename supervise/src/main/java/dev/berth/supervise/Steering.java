package dev.berth.supervise;

import dev.berth.sys.ErrnoException;

import java.util.List;
import java.util.OptionalLong;

/// How the connections of one group are led to some of its members.
interface Steering extends AutoCloseable {
    /// Whether what waits at a member that closes moves to those that are served.
    boolean migrates();

    /// `socket` is a member now; `order` are all members as the kernel counts them.
    void joined(HeldSocket socket, List<HeldSocket> order) throws ErrnoException;

    /// `socket` is about to leave.
    void leaves(HeldSocket socket);

    /// A member has left; `order` are those that remain, as the kernel counts them.
    void left(List<HeldSocket> order) throws ErrnoException;

    /// From now on only `served` get connections; with none of them, clients are refused where the
    /// mechanism can do that. `order` are all members as the kernel counts them.
    void serve(List<HeldSocket> served, List<HeldSocket> order) throws ErrnoException;

    /// How many connections were led to `socket`; empty if the mechanism does not count.
    OptionalLong steered(HeldSocket socket);

    @Override
    void close();
}
