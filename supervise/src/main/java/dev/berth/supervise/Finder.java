package dev.berth.supervise;

import dev.berth.net.DiagQuery;
import dev.berth.net.Holder;
import dev.berth.net.Holders;
import dev.berth.net.ListenAddress;
import dev.berth.net.Protocol;
import dev.berth.net.SockDiag;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpState;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Finds the sockets that a worker has bound by itself, in the mode `bind`, and takes a second
/// descriptor of each where that is allowed.
final class Finder {
    private final Plan plan;
    private final SocketRegistry registry;
    private final ProcessTrees trees;

    Finder(Plan plan, SocketRegistry registry, ProcessTrees trees) {
        this.plan = plan;
        this.registry = registry;
        this.trees = trees;
    }

    /// @return whether a listener of the worker was found that was not known before
    boolean look(LiveWorker worker, SockDiag diag) throws IOException {
        boolean found = false;
        Map<Long, List<Holder>> holders = Holders.of(trees.of(worker));
        for (ListenAddress named : HandedSockets.addresses(plan)) {
            DiagQuery query = DiagQuery.all(named.protocol()).withLocalPort(named.address().port());
            if (named.protocol() == Protocol.TCP) {
                query = query.withStates(TcpState.LISTEN);
            }
            for (SocketRow row : diag.dump(query)) {
                List<Holder> holding = holders.getOrDefault(row.inode(), List.of());
                if (!holding.isEmpty() && registry.byInode(row.inode()).isEmpty()) {
                    take(worker, row, holding.getFirst());
                    found = true;
                }
            }
        }
        return found;
    }

    private void take(LiveWorker worker, SocketRow row, Holder holder) throws IOException {
        try {
            Fd fd = new ChildDescriptor(holder.pid(), holder.fd()).take();
            GroupKey key =
                    new GroupKey(
                            row.protocol(),
                            row.local(),
                            row.v6only().orElse(false),
                            row.device(),
                            false);
            HeldSocket socket = new HeldSocket(fd, row.inode(), key, worker.id());
            socket.heldBy(Optional.of(holder));
            registry.add(socket);
            worker.counted().add(key.listen());
            registry.joined(socket);
        } catch (ErrnoException refused) {
            throw new IOException(
                    "cannot take the socket of pid "
                            + holder.pid()
                            + ", so it is neither held nor drained: "
                            + refused.getMessage(),
                    refused);
        }
    }
}
