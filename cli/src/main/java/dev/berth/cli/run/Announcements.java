package dev.berth.cli.run;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/// What the supervisor says, passed on to those who wait for the end of a command. Saying never
/// waits: who does not keep up misses lines.
public final class Announcements {
    private static final int MOST_LINES = 1_000;

    private final List<BlockingQueue<String>> listeners = new CopyOnWriteArrayList<>();

    void say(String text) {
        listeners.forEach(queue -> queue.offer(text));
    }

    /// A queue of all that is said from now on, until [#forget].
    BlockingQueue<String> listen() {
        BlockingQueue<String> queue = new ArrayBlockingQueue<>(MOST_LINES);
        listeners.add(queue);
        return queue;
    }

    void forget(BlockingQueue<String> queue) {
        listeners.remove(queue);
    }
}
