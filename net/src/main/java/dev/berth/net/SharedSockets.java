package dev.berth.net;

import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Pidfds;
import dev.berth.sys.Processes;
import dev.berth.sys.SocketOption;

import java.util.List;
import java.util.Optional;

/// Whether another process's socket lets ours join it. The kernel lists no SO_REUSEPORT: it is read
/// from a copy of the descriptor.
public final class SharedSockets {
    private SharedSockets() {}

    /// Whether a socket of this user with SO_REUSEPORT would join the one of `row`; empty where
    /// that cannot be known, because none of its `holders` can be looked into.
    public static Optional<Boolean> joinable(SocketRow row, List<Holder> holders) {
        return row.uid() == Processes.geteuid()
                ? holders.stream().flatMap(holder -> reuseport(holder).stream()).findFirst()
                : Optional.of(false);
    }

    private static Optional<Boolean> reuseport(Holder holder) {
        try (Fd process = Fd.of("pidfd_open", holder.pid(), Pidfds.pidfdOpen(holder.pid(), 0));
                Fd socket =
                        Fd.of(
                                "pidfd_getfd",
                                holder,
                                Pidfds.pidfdGetfd(process.number(), holder.fd()))) {
            return Optional.of(SocketOption.REUSEPORT.read(socket.number()) != 0);
        } catch (ErrnoException unreadable) {
            return Optional.empty();
        }
    }
}
