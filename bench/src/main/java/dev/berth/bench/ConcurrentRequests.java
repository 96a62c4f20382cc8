package dev.berth.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/// Many requests by concurrent clients, with the pid that answered each.
final class ConcurrentRequests {
    private ConcurrentRequests() {}

    /// One request, identified by its number.
    interface RequestCall {
        int pid(int number) throws IOException;
    }

    /// The pid that answered each of `count` requests, made by `clients` threads.
    ///
    /// @throws IOException if one of them failed
    static int[] pids(int count, int clients, RequestCall request) throws IOException {
        int[] pids = new int[count];
        var next = new AtomicInteger();
        try (ExecutorService threads = Executors.newFixedThreadPool(clients)) {
            List<Future<Boolean>> all = new ArrayList<>();
            for (int client = 0; client < clients; client++) {
                all.add(
                        threads.submit(
                                () -> {
                                    for (int i; (i = next.getAndIncrement()) < count; ) {
                                        pids[i] = request.pid(i);
                                    }
                                    return true;
                                }));
            }
            for (Future<Boolean> one : all) {
                one.get();
            }
            return pids;
        } catch (ExecutionException failed) {
            throw new IOException(failed.getCause());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", stopped);
        }
    }

    /// How often each pid occurs.
    static Map<Integer, Integer> counts(int[] pids) {
        Map<Integer, Integer> counts = new TreeMap<>();
        for (int pid : pids) {
            counts.merge(pid, 1, Integer::sum);
        }
        return counts;
    }

    /// The source address of a client: 127.1.0.1, 127.1.0.2 and so on, all on this machine.
    static InetAddress client(int number) {
        int host = number + 1;
        return InetAddress.ofLiteral("127.1." + (host >> 8 & 0xff) + "." + (host & 0xff));
    }
}
