package dev.berth.supervise.control;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.berth.sys.Fd;
import dev.berth.sys.PeerCredentials;
import dev.berth.sys.Poll;
import dev.berth.sys.Sockets;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// The conversations that a control server holds at one time.
///
/// All threads are started at the beginning, so that a supervisor can be commanded even where no
/// further thread can be started. A few are enough: of the commands that take long, only one is
/// carried out at a time; others finish at once, or wait for a thread.
///
/// What clients send is bounded in total: requests of 64 KiB and, one at a time, of 4 MiB, the
/// longest command line of a roll.
final class ControlConnections implements AutoCloseable {
    static final int MOST = 32;
    static final int THREADS = 8;
    static final int MOST_BYTES_USUAL = 1 << 16;

    /// The beginning of a frame that may be long.
    private static final byte[] LARGE =
            ("C" + ControlRequestJson.BEGINNING_OF_LONG).getBytes(US_ASCII);

    /// A client sends its command at once; a client that has not done so by then may lose its place
    /// to others.
    private static final long SILENCE_NANOS = 100_000_000;

    private static final Duration PATIENCE_WHILE_OTHERS_WAIT = Duration.ofSeconds(1);
    private static final long ROOM_MILLIS = 1_000;

    private final Duration patience;
    private final ControlServer.Handler handler;
    private final LinkedBlockingQueue<ControlConnection> waiting = new LinkedBlockingQueue<>();
    private final Set<ControlConnection> silent = new LinkedHashSet<>();
    private final Semaphore free = new Semaphore(MOST);
    private final Semaphore large = new Semaphore(1);
    private final AtomicInteger busy = new AtomicInteger();
    private final List<Thread> threads = new ArrayList<>();

    /// @throws IOException no thread could be started
    ControlConnections(Duration patience, ControlServer.Handler handler, ThreadFactory factory)
            throws IOException {
        this.patience = patience;
        this.handler = handler;
        start(factory);
    }

    private void start(ThreadFactory factory) throws IOException {
        try {
            for (int i = 0; i < THREADS; i++) {
                Thread thread = factory.newThread(this::serve);
                thread.setName("control client");
                thread.start();
                threads.add(thread);
            }
        } catch (OutOfMemoryError limit) {
            if (threads.isEmpty()) {
                throw noThread(limit);
            }
        }
    }

    static IOException noThread(OutOfMemoryError limit) {
        return new IOException("could not start a thread for the control socket", limit);
    }

    /// A client whose command is being read or carried out.
    private final class ControlConnection implements AutoCloseable, ControlFrame.Limit {
        private final Fd client;
        private final PeerCredentials peer;
        private final long begun = System.nanoTime();
        private boolean holdsLarge;

        ControlConnection(Fd client, PeerCredentials peer) {
            this.client = client;
            this.peer = peer;
        }

        @Override
        public void check(int bytes, byte[] beginning, int received) throws IOException {
            if (bytes <= MOST_BYTES_USUAL || holdsLarge) {
                return;
            }
            if (bytes > ControlFrame.MOST_BYTES) {
                throw ControlFrame.tooLong(bytes);
            }
            int known = Math.min(received, LARGE.length);
            if (!Arrays.equals(beginning, 0, known, LARGE, 0, known)) {
                throw refusal(bytes, beginning, received);
            }
            if (known < LARGE.length) {
                return;
            }
            holdsLarge = large.tryAcquire();
            if (!holdsLarge) {
                throw new CommandRefusedException(
                        "another long command is being read or carried out; try again later");
            }
        }

        private IOException refusal(int bytes, byte[] beginning, int received) {
            if (beginning[0] != LARGE[0]) {
                return ControlFrame.tooLong(bytes);
            }
            return received > 1 && beginning[1] != LARGE[1]
                    ? ControlProtocol.refusal(ControlProtocol.OF_WORDS)
                    : CommandRefusedException.wrong(
                            ("a request of %s bytes is too long for this supervisor,"
                                            + " unless it is a roll in control protocol %s")
                                    .formatted(bytes, ControlProtocol.VERSION));
        }

        /// Whether bytes of it wait to be read, by a thread that is not free yet.
        private boolean speaks() {
            return Poll.poll(client.number(), Poll.POLLIN, 0) != 0;
        }

        private ControlFrame receive() throws IOException {
            Duration time = waiting.isEmpty() ? patience : PATIENCE_WHILE_OTHERS_WAIT;
            try {
                return ControlFrame.receive(client.number(), this, Optional.of(time));
            } finally {
                synchronized (silent) {
                    silent.remove(this);
                }
            }
        }

        /// Reads and answers the command. A client that gave up waiting by now has reported that
        /// nothing was done, so nothing is.
        void answer() throws IOException {
            ControlReply reply = new ControlReply(client.number());
            ControlRequest request;
            try {
                ControlFrame frame = receive();
                if (frame.kind() != ControlFrame.Kind.REQUEST) {
                    return;
                }
                request = ControlRequestJson.read(frame.text());
            } catch (CommandRefusedException refused) {
                releaseLarge();
                reply.refuse(refused);
                return;
            }
            if (reply.send(ControlFrame.Kind.ACCEPTED, ControlProtocol.acceptance())) {
                ControlResult result = carryOut(request, reply);
                releaseLarge();
                reply.send(ControlFrame.Kind.RESULT, ControlResultJson.write(result));
            }
        }

        private ControlResult carryOut(ControlRequest request, ControlReply reply) {
            try {
                return handler.handle(peer, request, reply);
            } catch (RuntimeException | Error failed) {
                return new ControlResult(
                        ControlResult.Kind.FAILED, 1, "the supervisor failed to answer: " + failed);
            }
        }

        /// Comes before the client's answer: its next command may be as long.
        private void releaseLarge() {
            if (holdsLarge) {
                holdsLarge = false;
                large.release();
            }
        }

        @Override
        public void close() {
            releaseLarge();
            synchronized (silent) {
                silent.remove(this);
                client.close();
            }
        }
    }

    /// Nothing that a conversation does ends its thread.
    private void serve() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                converse(waiting.take());
            } catch (InterruptedException closed) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void converse(ControlConnection next) {
        busy.incrementAndGet();
        try {
            next.answer();
        } catch (IOException | RuntimeException | Error gone) {
            // Garbage, hung up, or out of memory: there is nobody left to answer.
        } finally {
            busy.decrementAndGet();
            next.close();
            free.release();
        }
    }

    /// Begins a conversation if there is room. If there is none, or no thread is free, clients that
    /// have sent nothing so far are disconnected instead of the new one.
    ///
    /// @param client closed with the conversation; stays the caller's if false is returned
    boolean begin(Fd client, PeerCredentials peer) {
        if (!free.tryAcquire() && !(endSilent() && acquire())) {
            return false;
        }
        try {
            ControlConnection next = new ControlConnection(client, peer);
            synchronized (silent) {
                silent.add(next);
            }
            waiting.add(next);
            if (busy.get() >= threads.size()) {
                endSilent();
            }
            return true;
        } catch (OutOfMemoryError full) {
            free.release();
            throw full;
        }
    }

    private boolean acquire() {
        try {
            return free.tryAcquire(ROOM_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean endSilent() {
        long now = System.nanoTime();
        synchronized (silent) {
            List<ControlConnection> ended =
                    silent.stream()
                            .filter(it -> now - it.begun >= SILENCE_NANOS && !it.speaks())
                            .toList();
            for (ControlConnection one : ended) {
                silent.remove(one);
                Sockets.shutdown(one.client.number(), Sockets.SHUT_RDWR);
            }
            return !ended.isEmpty();
        }
    }

    /// Gives running conversations `patience` to end. Closing twice is harmless.
    void close(Duration patience) throws InterruptedException {
        if (free.tryAcquire(MOST, patience.toMillis(), TimeUnit.MILLISECONDS)) {
            free.release(MOST);
        }
        close();
    }

    @Override
    public void close() {
        threads.forEach(Thread::interrupt);
    }
}
