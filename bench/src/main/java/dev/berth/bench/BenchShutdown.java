package dev.berth.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// Handles a signal to end this program: everything that it started ends too, nothing more is
/// started, and its scratch folders are removed. After a normal end there is nothing left to do.
final class BenchShutdown {
    private static final Duration LONGEST = Duration.ofSeconds(20);
    private static final Set<BenchEnvironment> OPEN = ConcurrentHashMap.newKeySet();
    private static volatile boolean begun;

    private BenchShutdown() {}

    static void install() {
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(BenchShutdown::end));
    }

    /// Call before starting anything; does not return once the end has begun.
    static void awaitLeave() {
        while (begun) {
            Waits.pause(LONGEST);
        }
    }

    static void opened(BenchEnvironment bench) {
        OPEN.add(bench);
    }

    static void closed(BenchEnvironment bench) {
        OPEN.remove(bench);
    }

    private static void end() {
        begun = true;
        List<ProcessHandle> children = ProcessHandle.current().children().toList();
        children.forEach(ProcessHandle::destroy);
        CompletableFuture.allOf(
                        children.stream()
                                .map(ProcessHandle::onExit)
                                .toArray(CompletableFuture[]::new))
                .completeOnTimeout(null, LONGEST.toMillis(), TimeUnit.MILLISECONDS)
                .join();
        ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
        OPEN.forEach(BenchShutdown::close);
    }

    private static void close(BenchEnvironment bench) {
        try {
            bench.close();
        } catch (IOException left) {
            System.err.println("left behind: " + bench.scratch() + ": " + left.getMessage());
        }
    }
}
