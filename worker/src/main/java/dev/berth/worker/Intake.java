package dev.berth.worker;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/// Receives connections as descriptors, each only when the program asks for one.
///
/// A received connection is this process's for good. One that is not received stays in the socket,
/// from which the dispatcher gives it to another process when this one ends. So nothing is received
/// in advance.
///
/// A thread that waits in [#take()] first waits in the kernel briefly, where the next connection
/// reaches it at the lowest cost, and then parks. A virtual thread parks at once and releases its
/// carrier.
final class Intake implements AutoCloseable {
    static final String VARIABLE = "BERTH_DISPATCH_FD";

    private static final Duration FULL = Duration.ofMillis(20);
    private static final AtomicBoolean IN_USE = new AtomicBoolean();

    private enum State {
        OPEN,
        /// No more connections will come.
        ENDED,
        CLOSED
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Link link;
    private final DescriptorLimit limit;
    private final Watch watch;
    private State state = State.OPEN;

    /// Whether there might be no room for another descriptor.
    private boolean nearLimit = true;

    /// How many threads might receive a descriptor at any moment.
    private int receiving;

    private Intake(Link link, DescriptorLimit limit) throws IOException {
        this.link = link;
        this.limit = limit;
        watch = Watch.start(link, lock);
    }

    /// Tells the dispatcher that connections may come.
    ///
    /// **Ownership:** the intake closes `link`.
    static Intake start(Link link, DescriptorLimit limit) throws IOException {
        Intake intake = new Intake(link, limit);
        intake.resume();
        return intake;
    }

    /// Whether a dispatcher started this very process rather than one of its ancestors.
    static boolean available() {
        return descriptor().filter(Intake::isSocket).isPresent();
    }

    private static boolean isSocket(int fd) {
        try {
            Path link = Files.readSymbolicLink(Path.of("/proc/self/fd", Integer.toString(fd)));
            return link.toString().startsWith("socket:");
        } catch (IOException notOpen) {
            return false;
        }
    }

    private static Optional<Integer> descriptor() {
        return Optional.ofNullable(System.getenv(VARIABLE))
                .filter(text -> text.matches("\\d{1,9}"))
                .map(Integer::valueOf);
    }

    /// Opens the intake of this process.
    ///
    /// @throws IOException if no dispatcher started it, or Java cannot receive
    /// @throws IllegalStateException if it was opened before
    static Intake open() throws IOException {
        int fd =
                descriptor()
                        .orElseThrow(
                                () ->
                                        new IOException(
                                                VARIABLE
                                                        + " is not set: no dispatcher started this"
                                                        + " process (BerthListener.available()"
                                                        + " reports this); start it with berth run"
                                                        + " --share dispatch"));
        if (!IN_USE.compareAndSet(false, true)) {
            throw new IllegalStateException("the dispatcher's socket was opened before");
        }
        boolean opened = false;
        try {
            Link link = new Link(Libc.ofThisJava(), fd);
            Intake intake = start(link, DescriptorLimit.ofThisProcess());
            opened = true;
            return intake;
        } finally {
            IN_USE.set(opened);
        }
    }

    Libc libc() {
        return link.libc();
    }

    /// The next connection; empty after the last one.
    ///
    /// **Ownership:** the caller closes the descriptor.
    ///
    /// @throws ClosedChannelException if this intake is closed, even while the call waits
    /// @throws InterruptedIOException if the thread is interrupted while it waits; its interrupt
    ///   status stays set
    /// @throws IOException if a connection was lost on its way; the next call returns the next one
    Optional<Handed> take() throws IOException {
        lock.lock();
        try {
            if (state == State.CLOSED) {
                throw new ClosedChannelException();
            }
            Optional<Handed> next = next();
            if (next.isEmpty() && state == State.CLOSED) {
                throw new AsynchronousCloseException();
            }
            return next;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for a connection");
        } finally {
            watch.goOn();
            lock.unlock();
        }
    }

    private Optional<Handed> next() throws IOException, InterruptedException {
        Optional<Handed> next = Optional.empty();
        while (next.isEmpty() && state == State.OPEN) {
            if (nearLimit && !limit.hasRoom(link, receiving)) {
                watch.await(FULL);
                continue;
            }
            Optional<Link.Arrival> arrival = receive();
            if (arrival.isPresent()) {
                next = takeIn(arrival.get());
            } else if (state == State.OPEN) {
                watch.await();
                nearLimit = true;
            }
        }
        return next;
    }

    /// Releases the lock meanwhile so that other threads can enter.
    private Optional<Link.Arrival> receive() throws IOException {
        receiving++;
        lock.unlock();
        try {
            return link.receive(link.libc().mayWait());
        } finally {
            lock.lock();
            receiving--;
        }
    }

    void pause() {
        link.send("pause");
    }

    void resume() {
        link.send("ready 1");
    }

    /// Leaves to the dispatcher what no thread has taken. The dispatcher needs a message because it
    /// holds the socket too and would see no end-of-file; for the same reason the socket is not
    /// shut down.
    @Override
    public void close() {
        lock.lock();
        try {
            if (state != State.CLOSED) {
                state = State.CLOSED;
                link.send("bye");
                watch.stop();
            }
        } finally {
            lock.unlock();
        }
        watch.join();
    }

    /// The connection, if the packet carries one.
    private Optional<Handed> takeIn(Link.Arrival arrival) throws IOException {
        int descriptor = arrival.descriptor();
        if (descriptor != Libc.NONE) {
            nearLimit = descriptor == Libc.LOST || limit.isNear(descriptor, receiving);
        }
        Packet packet = Packet.parse(arrival.text());
        if (packet instanceof Packet.Connection connection) {
            return Optional.of(handed(connection, descriptor));
        }
        if (descriptor >= 0) {
            libc().close(descriptor);
        }
        if (packet instanceof Packet.Malformed malformed) {
            throw lost("not protocol v1: '" + malformed.text() + "'");
        }
        if (state == State.OPEN && (packet instanceof Packet.Drain || arrival.isEnd())) {
            state = State.ENDED;
            watch.wakeAll();
        }
        return Optional.empty();
    }

    private static Handed handed(Packet.Connection connection, int descriptor) throws IOException {
        return switch (descriptor) {
            case Libc.NONE -> throw lost("the dispatcher sent no descriptor with it");
            case Libc.LOST -> throw lost("this process has no descriptor left; see ulimit -n");
            default -> new Handed(descriptor, connection.route());
        };
    }

    private static IOException lost(String reason) {
        return new IOException("a connection was lost: " + reason);
    }
}
