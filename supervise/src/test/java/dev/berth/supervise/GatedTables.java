package dev.berth.supervise;

import dev.berth.net.DiagQuery;
import dev.berth.net.Holder;
import dev.berth.net.ProcessEntry;
import dev.berth.net.Protocol;
import dev.berth.net.SocketLookup;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpState;
import dev.berth.supervise.process.KernelTables;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/// The kernel's tables, with a gate: while it is shut, whoever reads all of /proc, or lists
/// connections, waits.
final class GatedTables implements KernelTables {
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private volatile boolean connectionsToo = true;
    private volatile boolean failing;

    void shut() {
        connectionsToo = true;
        gate = new CountDownLatch(1);
    }

    /// Shuts it only for those who read all of /proc.
    void shutForProcesses() {
        connectionsToo = false;
        gate = new CountDownLatch(1);
    }

    void open() {
        gate.countDown();
    }

    /// Whether a thread waits at the gate.
    boolean waited() {
        return waiting.get() > 0;
    }

    /// From now on no sockets can be listed.
    void fail() {
        failing = true;
    }

    private void pass() {
        waiting.incrementAndGet();
        try {
            gate.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } finally {
            waiting.decrementAndGet();
        }
    }

    @Override
    public List<ProcessEntry> processes() {
        pass();
        return SYSTEM.processes();
    }

    @Override
    public Map<Long, List<Holder>> holders(Collection<Integer> pids) {
        return SYSTEM.holders(pids);
    }

    @Override
    public SocketLookup sockets() throws IOException {
        if (failing) {
            throw new IOException("no sockets, says a test");
        }
        return new Sockets(SYSTEM.sockets());
    }

    private final class Sockets implements SocketLookup {
        private final SocketLookup kernel;

        Sockets(SocketLookup kernel) {
            this.kernel = kernel;
        }

        private void pass(DiagQuery query) {
            boolean connections =
                    connectionsToo
                            && query.protocol() == Protocol.TCP
                            && query.states().contains(TcpState.ESTABLISHED);
            if (connections) {
                GatedTables.this.pass();
            }
        }

        @Override
        public List<SocketRow> dump(DiagQuery query) throws IOException {
            pass(query);
            return kernel.dump(query);
        }

        @Override
        public List<SocketRow> dump(DiagQuery query, Set<Integer> ports) throws IOException {
            pass(query);
            return kernel.dump(query, ports);
        }

        @Override
        public void close() {
            kernel.close();
        }
    }
}
