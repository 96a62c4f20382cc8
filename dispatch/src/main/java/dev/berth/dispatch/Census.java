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

/// Finds out now and then which connections are still open, on a thread of its own: a dump of many
/// sockets takes its time. Asleep unless a service counts.
///
/// **ownership**: owns a query socket of the network namespace that it was made in.
final class Census implements AutoCloseable {
    private static final long PAUSE_NANOS = 200_000_000;

    private final SockDiag diag;
    private final Set<Integer> ports;
    private final Reactor reactor;
    private final Supplier<Collection<Member>> counted;
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(
                    task -> Thread.ofPlatform().name("dispatch-census").daemon().unstarted(task));
    private boolean planned;

    /// @param counted the members whose connections are of interest now
    Census(Set<Integer> ports, Reactor reactor, Supplier<Collection<Member>> counted)
            throws IOException {
        this.ports = Set.copyOf(ports);
        this.reactor = reactor;
        this.counted = counted;
        diag = SockDiag.open();
    }

    /// Sees to it that there is a next one, if anybody counts; to be called when somebody may.
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
        Alive alive =
                new Alive(
                        rows.stream()
                                .filter(row -> row.inode() != 0)
                                .mapToLong(SocketRow::cookie)
                                .toArray());
        reactor.post(
                () -> {
                    counted.get().forEach(member -> member.census(alive, since));
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
