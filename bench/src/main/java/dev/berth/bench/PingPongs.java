package dev.berth.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

/// Kept connections, the same number to each worker of one port, driven together in bursts.
final class PingPongs implements AutoCloseable {
    private static final int MAX_TRIES = 500;

    private final List<PingPong> connections = new ArrayList<>();

    private PingPongs() {}

    /// Connects until each of `workers` processes has `each` connections; what is too many is
    /// closed.
    static PingPongs open(int port, int workers, int each) throws IOException {
        var all = new PingPongs();
        Map<Integer, Integer> byPid = new HashMap<>();
        for (int i = 0; i < MAX_TRIES && all.connections.size() < workers * each; i++) {
            PingPong next = PingPong.open(port);
            if (byPid.merge(next.pid(), 1, Integer::sum) <= each) {
                all.connections.add(next);
            } else {
                next.close();
            }
        }
        if (byPid.size() != workers || all.connections.size() != workers * each) {
            all.close();
            throw new IOException("not " + each + " connections to each worker: " + byPid);
        }
        return all;
    }

    /// Requests a second over `millis`, a thread a connection.
    double burst(long millis) throws IOException {
        var count = new LongAdder();
        var begin = new CountDownLatch(1);
        var problem = new AtomicReference<IOException>();
        long[] deadline = new long[1];
        List<Thread> threads = new ArrayList<>();
        for (PingPong connection : connections) {
            threads.add(
                    Thread.ofPlatform()
                            .daemon()
                            .start(
                                    () -> {
                                        try {
                                            begin.await();
                                            long done = 0;
                                            while (System.nanoTime() < deadline[0]) {
                                                connection.once();
                                                done++;
                                            }
                                            count.add(done);
                                        } catch (IOException e) {
                                            problem.set(e);
                                        } catch (InterruptedException e) {
                                            Thread.currentThread().interrupt();
                                        }
                                    }));
        }
        long from = System.nanoTime();
        deadline[0] = from + millis * 1_000_000;
        begin.countDown();
        threads.forEach(PingPongs::join);
        double seconds = (System.nanoTime() - from) / 1e9;
        if (problem.get() != null) {
            throw problem.get();
        }
        return count.sum() / seconds;
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException("interrupted", e));
        }
    }

    @Override
    public void close() {
        connections.forEach(PingPong::close);
    }
}
