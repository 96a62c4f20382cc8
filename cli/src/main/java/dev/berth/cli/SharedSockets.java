package dev.berth.cli;

import dev.berth.net.Holder;
import dev.berth.net.SocketRow;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Pidfds;
import dev.berth.sys.Processes;
import dev.berth.sys.SocketOption;

import java.util.List;

/// Whether another process's socket lets ours join it. The kernel lists no SO_REUSEPORT: it is read
/// from a copy of the descriptor.
final class SharedSockets {
    private SharedSockets() {}

    static boolean joinable(SocketRow row, List<Holder> holders) {
        return row.uid() == Processes.geteuid()
                && holders.stream().anyMatch(SharedSockets::reuseport);
    }

    private static boolean reuseport(Holder holder) {
        try (Fd process = Fd.of("pidfd_open", holder.pid(), Pidfds.pidfdOpen(holder.pid(), 0));
                Fd socket =
                        Fd.of(
                                "pidfd_getfd",
                                holder,
                                Pidfds.pidfdGetfd(process.number(), holder.fd()))) {
            return SocketOption.REUSEPORT.read(socket.number()) != 0;
        } catch (ErrnoException unreadable) {
            return false;
        }
    }
}
