package dev.berth.dispatch;

import dev.berth.net.DiagQuery;
import dev.berth.net.Protocol;
import dev.berth.net.SockDiag;
import dev.berth.net.SocketRow;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/// Periodically finds out which connections are still open, on a thread of its own, because dumping
/// many sockets takes time. Idle unless some service needs the counts.
///
/// **Ownership:** owns a query socket in the network namespace in which it was created.
final class OpenConnectionScan implements AutoCloseable {
    private static final long PAUSE_NANOS = 200_000_000;

    private final SockDiag diag;
    private final Set<Integer> ports;
    private final Reactor reactor;
    private final Supplier<Collection<WorkerEndpoint>> counted;
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(
                    task -> Thread.ofPlatform().name("dispatch-census").daemon().unstarted(task));
    private boolean planned;

    /// @param counted the members whose connections need counting now
    OpenConnectionScan(
            Set<Integer> ports, Reactor reactor, Supplier<Collection<WorkerEndpoint>> counted)
            throws IOException {
        this.ports = Set.copyOf(ports);
        this.reactor = reactor;
        this.counted = counted;
        diag = SockDiag.open();
    }

    /// Schedules the next census if any member needs counting. Call it whenever that may have
    /// changed.
    void plan() {
        if (!planned && !counted.get().isEmpty()) {
            planned = true;
            reactor.at(Reactor.now() + PAUSE_NANOS, () -> thread.execute(this::take));
        }
    }

    private void take() {
        long since = Reactor.now();
        List<SocketRow> rows = new ArrayList<>();
        try {
            for (int port : ports) {
                rows.addAll(diag.dump(DiagQuery.all(Protocol.TCP).withLocalPort(port)));
            }
        } catch (IOException unknown) {
            reactor.post(this::again);
            return;
        }
        OpenSocketSet openSockets =
                new OpenSocketSet(
                        rows.stream()
                                .filter(row -> row.inode() != 0)
                                .mapToLong(SocketRow::cookie)
                                .toArray());
        reactor.post(
                () -> {
                    counted.get().forEach(endpoint -> endpoint.forgetClosed(openSockets, since));
                    again();
                });
    }

    private void again() {
        planned = false;
        plan();
    }

    @Override
    public void close() {
        thread.shutdownNow();
        thread.close();
        diag.close();
    }
}
