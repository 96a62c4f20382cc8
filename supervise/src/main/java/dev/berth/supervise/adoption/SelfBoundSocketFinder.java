package dev.berth.supervise.adoption;

import dev.berth.net.DiagQuery;
import dev.berth.net.Holder;
import dev.berth.net.ListenAddress;
import dev.berth.net.Protocol;
import dev.berth.net.SocketLookup;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpState;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.process.KernelTables;
import dev.berth.supervise.process.ProcessTree;
import dev.berth.supervise.process.SupervisorResources;
import dev.berth.supervise.process.WorkerProcess;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.supervise.steering.HeldSocket;
import dev.berth.supervise.steering.ListenerRegistry;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.SocketOption;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;

/// Finds the sockets that a worker has bound by itself, in the mode `bind`, and takes a second
/// descriptor of each where that is allowed.
public final class SelfBoundSocketFinder {
    private final ServiceSpec spec;
    private final ListenerRegistry registry;
    private final SupervisorResources resources;
    private final Set<Long> tried = new HashSet<>();

    public SelfBoundSocketFinder(
            ServiceSpec spec, ListenerRegistry registry, SupervisorResources resources) {
        this.spec = spec;
        this.registry = registry;
        this.resources = resources;
    }

    /// A socket of a worker.
    public record SelfBound(SocketRow row, Holder holder) {}

    /// A search for the sockets of a worker; run by a thread other than the owner's.
    public Callable<List<SelfBound>> search(WorkerProcess worker) {
        ProcessTree tree = resources.trees().tree(worker);
        KernelTables tables = resources.env().tables();
        List<ListenAddress> named = SocketActivation.addresses(spec);
        return () -> {
            Map<Long, List<Holder>> holders = tables.holders(tree.pids(tables.processes()));
            List<SelfBound> found = new ArrayList<>();
            try (SocketLookup sockets = tables.sockets()) {
                for (ListenAddress address : named) {
                    for (SocketRow row : sockets.dump(query(address))) {
                        List<Holder> holding = holders.getOrDefault(row.inode(), List.of());
                        holding.stream()
                                .findFirst()
                                .ifPresent(holder -> found.add(new SelfBound(row, holder)));
                    }
                }
            }
            return found;
        };
    }

    private static DiagQuery query(ListenAddress named) {
        DiagQuery query = DiagQuery.all(named.protocol()).withLocalPort(named.address().port());
        return named.protocol() == Protocol.TCP ? query.withStates(TcpState.LISTEN) : query;
    }

    /// Takes the sockets that are new. A socket that cannot be taken is reported once.
    ///
    /// @return whether there was any
    public boolean take(WorkerProcess worker, List<SelfBound> sockets) throws IOException {
        boolean found = false;
        for (SelfBound socket : sockets) {
            long inode = socket.row().inode();
            if (!registry.has(inode) && tried.add(inode)) {
                take(worker, socket.row(), socket.holder());
                found = true;
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
