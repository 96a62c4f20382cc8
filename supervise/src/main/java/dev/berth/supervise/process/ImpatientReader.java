package dev.berth.supervise.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Reads files of /proc for a thread that must not wait long. What such a file shows of a process's
/// memory, as its environment, that process can make take for ever to read (userfaultfd(2), FUSE).
///
/// A thread of its own reads. One that is not back in time is left behind, to end when it is, and
/// another one takes its place, a few times at most. As long as it is not back nobody waits for
/// that file again.
///
/// The owner thread's.
final class ImpatientReader implements AutoCloseable {
    static final long PATIENCE_MILLIS = 200;
    static final int MOST_LEFT_BEHIND = 4;

    private static final byte[] NOTHING = {};

    /// What those that were left behind still read.
    private final Map<Path, FutureTask<byte[]>> late = new HashMap<>();

    private Optional<Reader> reader = Optional.empty();

    /// Starts the thread, so that none has to be started when it is needed.
    ImpatientReader() {
        prepare();
    }

    private static final class Reader {
        private static final FutureTask<byte[]> END = new FutureTask<>(() -> NOTHING);

        private final BlockingQueue<FutureTask<byte[]>> asked = new LinkedBlockingQueue<>();
        private final Thread thread;

        Reader() {
            thread = Thread.ofPlatform().name("berth-read").daemon().start(this::run);
        }

        private void run() {
            try {
                for (FutureTask<byte[]> next = asked.take();
                        !next.equals(END);
                        next = asked.take()) {
                    next.run();
                }
            } catch (InterruptedException nobodyDoes) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private boolean prepare() {
        if (reader.isEmpty() && late.size() < MOST_LEFT_BEHIND) {
            try {
                reader = Optional.of(new Reader());
            } catch (OutOfMemoryError noThread) {
                // The next read tries again.
            }
        }
        return reader.isPresent();
    }

    /// What is in `file`, nothing where it is not there or may not be read; empty: it could not be
    /// read in time.
    Optional<byte[]> read(Path file) {
        late.values().removeIf(FutureTask::isDone);
        if (late.containsKey(file) || !prepare()) {
            return Optional.empty();
        }
        FutureTask<byte[]> task = new FutureTask<>(() -> bytes(file));
        reader.orElseThrow().asked.add(task);
        try {
            return Optional.of(task.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS));
        } catch (TimeoutException notBack) {
            leaveBehind(file, task);
        } catch (InterruptedException hurry) {
            leaveBehind(file, task);
            Thread.currentThread().interrupt();
        } catch (ExecutionException tooLarge) {
            return Optional.of(NOTHING);
        }
        return Optional.empty();
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException goneOrForbidden) {
            return NOTHING;
        }
    }

    private void leaveBehind(Path file, FutureTask<byte[]> task) {
        late.put(file, task);
        reader.orElseThrow().asked.add(Reader.END);
        reader = Optional.empty();
    }

    /// Ends the thread; one that was left behind stays so. Twice is harmless.
    @Override
    public void close() {
        reader.ifPresent(
                last -> {
                    last.asked.add(Reader.END);
                    try {
                        last.thread.join(PATIENCE_MILLIS);
                    } catch (InterruptedException hurry) {
                        Thread.currentThread().interrupt();
                    }
                });
        reader = Optional.empty();
    }
}
