package dev.berth.supervise.adoption;

import dev.berth.net.DiagQuery;
import dev.berth.net.Holder;
import dev.berth.net.Holders;
import dev.berth.net.ListenAddress;
import dev.berth.net.Protocol;
import dev.berth.net.SocketLookup;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpState;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.process.ProcessTrees;
import dev.berth.supervise.process.WorkerProcess;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.supervise.steering.HeldSocket;
import dev.berth.supervise.steering.ListenerRegistry;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.SocketOption;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Finds the sockets that a worker has bound by itself, in the mode `bind`, and takes a second
/// descriptor of each where that is allowed.
public final class SelfBoundSocketFinder {
    private final ServiceSpec spec;
    private final ListenerRegistry registry;
    private final ProcessTrees trees;
    private final Set<Long> tried = new HashSet<>();

    public SelfBoundSocketFinder(ServiceSpec spec, ListenerRegistry registry, ProcessTrees trees) {
        this.spec = spec;
        this.registry = registry;
        this.trees = trees;
    }

    /// Looks for new sockets. A socket that cannot be taken is reported once.
    ///
    /// @return whether a listener of the worker was found that was not known before
    public boolean scan(WorkerProcess worker, SocketLookup diag) throws IOException {
        boolean found = false;
        Map<Long, List<Holder>> holders = Holders.of(trees.of(worker));
        for (ListenAddress named : SocketActivation.addresses(spec)) {
            DiagQuery query = DiagQuery.all(named.protocol()).withLocalPort(named.address().port());
            if (named.protocol() == Protocol.TCP) {
                query = query.withStates(TcpState.LISTEN);
            }
            for (SocketRow row : diag.dump(query)) {
                List<Holder> holding = holders.getOrDefault(row.inode(), List.of());
                if (!holding.isEmpty() && !registry.has(row.inode()) && tried.add(row.inode())) {
                    take(worker, row, holding.getFirst());
                    found = true;
                }
            }
        }
        return found;
    }

    private void take(WorkerProcess worker, SocketRow row, Holder holder) throws IOException {
        Fd fd = take(holder);
        try {
            if (SocketOption.REUSEPORT.read(fd.number()) == 0) {
                throw new IOException(
                        "pid "
                                + holder.pid()
                                + " listens without SO_REUSEPORT, so no other worker can listen on"
                                + " its port; set that option in the program, or use --adopt"
                                + " seccomp");
            }
        } catch (IOException unusable) {
            fd.close();
            throw unusable;
        }
        HeldSocket socket = new HeldSocket(fd, row.inode(), key(row), worker.id());
        socket.setHolder(Optional.of(holder));
        registry.add(socket);
        worker.sharedAddresses().add(socket.key().listen());
        registry.joined(socket);
    }

    private static Fd take(Holder holder) throws IOException {
        try {
            return new ChildDescriptor(holder.pid(), holder.fd()).duplicate();
        } catch (ErrnoException refused) {
            throw new IOException(
                    "cannot take the socket of pid "
                            + holder.pid()
                            + ", so Berth can neither hold nor drain it: "
                            + refused.getMessage(),
                    refused);
        }
    }

    private static GroupKey key(SocketRow row) {
        boolean v6only = row.v6only().orElse(false);
        return new GroupKey(row.protocol(), row.local(), v6only, row.device(), false);
    }
}
