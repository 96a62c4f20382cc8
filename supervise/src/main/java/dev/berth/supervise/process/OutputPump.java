package dev.berth.supervise.process;

import dev.berth.supervise.contract.EventSink;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.sys.Descriptors;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.User;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// The thread that reads the output of all workers. A worker that prints faster than the observer
/// takes it waits in write(2), as with any pipe; the supervisor's owner thread never waits.
public final class OutputPump implements AutoCloseable {
    private static final int BUFFER_BYTES = 16 * 1024;

    /// How long to wait for the end of the workers' output when closing.
    private static final long LAST_READ_MILLIS = 500;

    private final EventLoop loop;
    private final EventSink sink;
    private final Thread thread;
    private final byte[] buffer = new byte[BUFFER_BYTES];

    /// The streams that are read; used by the thread only.
    private final Set<WorkerOutput.Stream> streams = new HashSet<>();

    private volatile long closeBy = EventLoop.NEVER;

    /// What a worker is started with: the writing ends, which the caller closes after the start.
    public record Pipes(WorkerOutput output, Fd out, Fd err) implements AutoCloseable {
        @Override
        public void close() {
            out.close();
            err.close();
        }
    }

    public OutputPump(EventSink sink, Clock clock) throws ErrnoException {
        this.sink = sink;
        loop = new EventLoop(sink::onEvent, clock);
        thread = Thread.ofPlatform().name("berth-output").daemon().start(this::run);
    }

    /// Opens pipes for what a worker prints; they are read from now on until their ends.
    ///
    /// @param user another user whose worker it is: the owner of the pipes from now on, who can
    ///   open them again, as servers in containers log to `/dev/stdout`
    public Pipes open(WorkerId worker, Optional<User> user) throws ErrnoException {
        WorkerOutput output = new WorkerOutput(worker, sink);
        Fd out = pipe(output, false, user);
        try {
            return new Pipes(output, out, pipe(output, true, user));
        } catch (ErrnoException failed) {
            out.close();
            throw failed;
        }
    }

    private Fd pipe(WorkerOutput output, boolean error, Optional<User> user) throws ErrnoException {
        int[] ends = new int[2];
        ErrnoException.check("pipe2", "", Descriptors.pipe2(ends, Descriptors.O_CLOEXEC));
        Fd reading = new Fd(ends[0]);
        Fd writing = new Fd(ends[1]);
        try {
            if (user.isPresent()) {
                int owned = Descriptors.fchown(writing.number(), user.get().uid(), -1);
                ErrnoException.check("fchown", "a pipe for output", owned);
            }
        } catch (ErrnoException failed) {
            reading.close();
            writing.close();
            throw failed;
        }
        Descriptors.fcntl(reading.number(), Descriptors.F_SETFL, Descriptors.O_NONBLOCK);
        WorkerOutput.Stream stream = output.new Stream(reading, error);
        if (!loop.post(() -> begin(stream))) {
            stream.end();
        }
        return writing;
    }

    private void begin(WorkerOutput.Stream stream) {
        streams.add(stream);
        loop.watch(stream.fd(), () -> read(stream));
    }

    private void read(WorkerOutput.Stream stream) {
        if (!stream.read(buffer)) {
            loop.forget(stream.fd());
            streams.remove(stream);
            stream.end();
        }
    }

    private void run() {
        try (loop) {
            while (closeBy == EventLoop.NEVER || !streams.isEmpty() && loop.now() < closeBy) {
                loop.turn(closeBy);
            }
        } finally {
            streams.forEach(WorkerOutput.Stream::end);
        }
    }

    /// Ends the thread when all output has been passed on, which takes no time once the workers
    /// have ended. If the observer no longer takes anything, the thread is left behind.
    @Override
    public void close() {
        closeBy = loop.now() + LAST_READ_MILLIS;
        loop.post(() -> {});
        try {
            thread.join(2 * LAST_READ_MILLIS);
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }
}
