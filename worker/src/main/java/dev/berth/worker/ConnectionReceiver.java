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
final class ConnectionReceiver implements AutoCloseable {
    static final String VARIABLE = "BERTH_DISPATCH_FD";

    private static final Duration FULL = Duration.ofMillis(20);
    private static final AtomicBoolean IN_USE = new AtomicBoolean();

    private enum ReceiverState {
        OPEN,
        /// No more connections will come.
        ENDED,
        CLOSED
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final DispatcherSocket socket;
    private final OpenFileLimit limit;
    private final ReadinessPoller poller;
    private ReceiverState state = ReceiverState.OPEN;

    /// Whether there might be no room for another descriptor.
    private boolean nearLimit = true;

    /// How many threads might receive a descriptor at any moment.
    private int receiving;

    private ConnectionReceiver(DispatcherSocket socket, OpenFileLimit limit) throws IOException {
        this.socket = socket;
        this.limit = limit;
        poller = ReadinessPoller.start(socket, lock);
    }

    /// Tells the dispatcher that connections may come.
    ///
    /// **Ownership:** the intake closes `link`.
    static ConnectionReceiver start(DispatcherSocket socket, OpenFileLimit limit)
            throws IOException {
        ConnectionReceiver receiver = new ConnectionReceiver(socket, limit);
        receiver.resume();
        return receiver;
    }

    /// Whether a dispatcher started this very process rather than one of its ancestors.
    static boolean available() {
        return descriptor().filter(ConnectionReceiver::isSocket).isPresent();
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
    static ConnectionReceiver open() throws IOException {
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
            DispatcherSocket socket = new DispatcherSocket(SystemCalls.ofThisJava(), fd);
            ConnectionReceiver receiver = start(socket, OpenFileLimit.ofThisProcess());
            opened = true;
            return receiver;
        } finally {
            IN_USE.set(opened);
        }
    }

    SystemCalls calls() {
        return socket.calls();
    }

    /// The next connection; empty after the last one.
    ///
    /// **Ownership:** the caller closes the descriptor.
    ///
    /// @throws ClosedChannelException if this intake is closed, even while the call waits
    /// @throws InterruptedIOException if the thread is interrupted while it waits; its interrupt
    ///   status stays set
    /// @throws IOException if a connection was lost on its way; the next call returns the next one
    Optional<ReceivedConnection> take() throws IOException {
        lock.lock();
        try {
            if (state == ReceiverState.CLOSED) {
                throw new ClosedChannelException();
            }
            Optional<ReceivedConnection> next = next();
            if (next.isEmpty() && state == ReceiverState.CLOSED) {
                throw new AsynchronousCloseException();
            }
            return next;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for a connection");
        } finally {
            poller.resume();
            lock.unlock();
        }
    }

    private Optional<ReceivedConnection> next() throws IOException, InterruptedException {
        Optional<ReceivedConnection> next = Optional.empty();
        while (next.isEmpty() && state == ReceiverState.OPEN) {
            if (nearLimit && !limit.hasRoom(socket, receiving)) {
                poller.await(FULL);
                continue;
            }
            Optional<DispatcherSocket.Arrival> arrival = receive();
            if (arrival.isPresent()) {
                next = receiveConnection(arrival.get());
            } else if (state == ReceiverState.OPEN) {
                poller.await();
                nearLimit = true;
            }
        }
        return next;
    }

    /// Releases the lock meanwhile so that other threads can enter.
    private Optional<DispatcherSocket.Arrival> receive() throws IOException {
        receiving++;
        lock.unlock();
        try {
            return socket.receive(socket.calls().mayWait());
        } finally {
            lock.lock();
            receiving--;
        }
    }

    void pause() {
        socket.send("pause");
    }

    void resume() {
        socket.send("ready 1");
    }

    /// Leaves to the dispatcher what no thread has taken. The dispatcher needs a message because it
    /// holds the socket too and would see no end-of-file; for the same reason the socket is not
    /// shut down.
    @Override
    public void close() {
        lock.lock();
        try {
            if (state != ReceiverState.CLOSED) {
                state = ReceiverState.CLOSED;
                socket.send("bye");
                poller.stop();
            }
        } finally {
            lock.unlock();
        }
        poller.join();
    }

    /// The connection, if the packet carries one.
    private Optional<ReceivedConnection> receiveConnection(DispatcherSocket.Arrival arrival)
            throws IOException {
        int descriptor = arrival.descriptor();
        if (descriptor != SystemCalls.NONE) {
            nearLimit = descriptor == SystemCalls.LOST || limit.isNear(descriptor, receiving);
        }
        Packet packet = Packet.parse(arrival.text());
        if (packet instanceof Packet.Connection connection) {
            return Optional.of(handed(connection, descriptor));
        }
        if (descriptor >= 0) {
            calls().close(descriptor);
        }
        if (packet instanceof Packet.Malformed malformed) {
            throw lost("not protocol v1: '" + malformed.text() + "'");
        }
        if (state == ReceiverState.OPEN && (packet instanceof Packet.Drain || arrival.isEnd())) {
            state = ReceiverState.ENDED;
            poller.wakeAll();
        }
        return Optional.empty();
    }

    private static ReceivedConnection handed(Packet.Connection connection, int descriptor)
            throws IOException {
        return switch (descriptor) {
            case SystemCalls.NONE -> throw lost("the dispatcher sent no descriptor with it");
            case SystemCalls.LOST ->
                    throw lost("this process has no descriptor left; see ulimit -n");
            default -> new ReceivedConnection(descriptor, connection.route());
        };
    }

    private static IOException lost(String reason) {
        return new IOException("a connection was lost: " + reason);
    }
}
