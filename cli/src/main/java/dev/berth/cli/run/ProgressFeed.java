package dev.berth.cli.run;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/// Passes the supervisor's messages to the clients that wait for the end of a command. This never
/// blocks: a client that does not keep up misses lines.
public final class ProgressFeed {
    private static final int MOST_LINES = 1_000;

    private final List<BlockingQueue<String>> listeners = new CopyOnWriteArrayList<>();

    void say(String text) {
        listeners.forEach(queue -> queue.offer(text));
    }

    /// A queue that receives all further messages, until [#unsubscribe].
    BlockingQueue<String> subscribe() {
        BlockingQueue<String> queue = new ArrayBlockingQueue<>(MOST_LINES);
        listeners.add(queue);
        return queue;
    }

    void unsubscribe(BlockingQueue<String> queue) {
        listeners.remove(queue);
    }
}
