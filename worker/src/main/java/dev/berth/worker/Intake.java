package dev.berth.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/// Receives connections as descriptors, on a thread of its own, and acknowledges each one at the
/// moment when the program gets it.
///
/// A thread that waits in [#take()] only parks, so a virtual one lets go of its carrier.
final class Intake implements AutoCloseable {
    static final String VARIABLE = "BERTH_DISPATCH_FD";

    private static final Duration FULL = Duration.ofMillis(20);
    private static final AtomicBoolean IN_USE = new AtomicBoolean();

    private final Inbox inbox = new Inbox();
    private final Link link;
    private final DescriptorLimit limit;
    private boolean drained;
    private final Thread receiver = new Thread(this::receive, "berth-receiver");

    private Intake(Link link, DescriptorLimit limit) {
        this.link = link;
        this.limit = limit;
    }

    /// Begins to receive.
    ///
    /// **ownership**: `link` is closed with the intake.
    static Intake start(Link link, DescriptorLimit limit) {
        Intake intake = new Intake(link, limit);
        intake.receiver.setDaemon(true);
        intake.receiver.start();
        intake.resume();
        return intake;
    }

    /// Whether a dispatcher started this process, and not one of its parents.
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

    /// The one of this process.
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
                                                        + " tells); start it with berth run"
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

    /// The next connection; empty after the last one. See [Inbox#take] for what else it throws.
    ///
    /// **ownership**: the caller closes the descriptor.
    ///
    /// @throws IOException if a connection was lost on its way; the next call gives the next one
    Optional<Handed.Connection> take() throws IOException {
        Optional<Handed> next = inbox.take(() -> link.send("took 1"));
        return next.isPresent() ? Optional.of(next.get().connection()) : Optional.empty();
    }

    void pause() {
        link.send("pause");
    }

    void resume() {
        link.send("ready 1");
    }

    /// Gives back to the dispatcher what nobody has taken.
    @Override
    public void close() {
        inbox.close().forEach(this::discard);
        link.shutdown();
        try {
            receiver.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void receive() {
        try {
            Link.Arrival arrival = link.receive();
            while (!arrival.isEnd()) {
                takeIn(arrival);
                awaitRoom(arrival.descriptor());
                arrival = link.receive();
            }
        } catch (IOException e) {
            inbox.fail(e);
        } finally {
            if (drained) {
                // A dispatcher that drains and then ends has given the rest to other workers.
                inbox.clear().forEach(this::discard);
            }
            inbox.end();
            link.close();
        }
    }

    private void takeIn(Link.Arrival arrival) {
        Packet packet = Packet.parse(arrival.text());
        if (packet instanceof Packet.Connection connection) {
            offer(handed(connection, arrival));
        } else if (packet instanceof Packet.Malformed malformed) {
            closeDescriptor(arrival.descriptor());
            offer(new Handed.Lost("not of protocol v1: '" + malformed.text() + "'"));
        } else {
            closeDescriptor(arrival.descriptor());
            if (packet instanceof Packet.Drain) {
                drained = true;
                inbox.end();
            }
        }
    }

    private static Handed handed(Packet.Connection connection, Link.Arrival arrival) {
        return switch (arrival.descriptor()) {
            case Libc.NONE -> new Handed.Lost("the dispatcher sent no descriptor with it");
            case Libc.LOST -> new Handed.Lost("this process has no descriptor left; see ulimit -n");
            default -> new Handed.Connection(arrival.descriptor(), connection.route());
        };
    }

    /// Waits while this process has hardly a descriptor left: what is not received stays with the
    /// dispatcher.
    private void awaitRoom(int descriptor) {
        boolean room = descriptor != Libc.LOST && !limit.isNear(descriptor);
        while (!room && !inbox.awaitClosed(FULL)) {
            room = limit.hasRoom(link);
        }
    }

    private void offer(Handed handed) {
        if (!inbox.offer(handed)) {
            discard(handed);
        }
    }

    private void discard(Handed handed) {
        if (handed instanceof Handed.Connection connection) {
            closeDescriptor(connection.descriptor());
        }
    }

    private void closeDescriptor(int descriptor) {
        if (descriptor >= 0) {
            libc().close(descriptor);
        }
    }
}
