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
final class Ending {
    private static final Duration LONGEST = Duration.ofSeconds(20);
    private static final Set<Workshop> OPEN = ConcurrentHashMap.newKeySet();
    private static volatile boolean begun;

    private Ending() {}

    static void install() {
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(Ending::end));
    }

    /// Call before starting anything; does not return once the end has begun.
    static void awaitLeave() {
        while (begun) {
            Waits.pause(LONGEST);
        }
    }

    static void opened(Workshop shop) {
        OPEN.add(shop);
    }

    static void closed(Workshop shop) {
        OPEN.remove(shop);
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
        OPEN.forEach(Ending::close);
    }

    private static void close(Workshop shop) {
        try {
            shop.close();
        } catch (IOException left) {
            System.err.println("left behind: " + shop.scratch() + ": " + left.getMessage());
        }
    }
}
