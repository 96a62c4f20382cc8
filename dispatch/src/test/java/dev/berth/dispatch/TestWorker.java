package dev.berth.dispatch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.berth.sys.Errno;
import dev.berth.sys.Fd;
import dev.berth.sys.Poll;
import dev.berth.sys.Rights;
import dev.berth.sys.Sockets;
import dev.berth.testkit.Await;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// The worker's end, in this process: receives connections one by one as the test asks, or all of
/// them on a thread that answers each with `NAME|PACKET|` and what it received.
final class TestWorker implements WorkerEndpointCallback, AutoCloseable {
    static final Duration LIMIT = Duration.ofMinutes(3);

    final List<String> packets = new CopyOnWriteArrayList<>();
    final WorkerEndpoint endpoint;
    volatile boolean ready;
    volatile String gone = "";
    private final String name;
    private final Fd end;
    private volatile boolean over;
    private Thread thread = Thread.currentThread();

    /// A connection that was received, with the packet that it came with.
    record Taken(Fd fd, String packet) implements AutoCloseable {
        void answer(String text) {
            Sockets.send(fd.number(), text.getBytes(ISO_8859_1), Sockets.MSG_NOSIGNAL);
        }

        /// Everything that the client sends.
        String all() {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] buffer = new byte[65536];
            long count;
            while ((count = Sockets.recv(fd.number(), buffer, 0)) > 0) {
                out.write(buffer, 0, (int) count);
            }
            return out.toString(ISO_8859_1);
        }

        @Override
        public void close() {
            fd.close();
        }
    }

    TestWorker(Dispatcher dispatcher, String service, int place) throws Exception {
        name = service + place;
        WorkerSocketPair pair = WorkerSocketPair.open();
        end = pair.forWorker();
        endpoint = dispatcher.join(service, place, pair, this);
    }

    /// A worker that has said it is ready.
    static TestWorker ready(Dispatcher dispatcher, String service, int place) throws Exception {
        TestWorker worker = new TestWorker(dispatcher, service, place);
        worker.say("ready 1");
        Await.until(LIMIT, () -> worker.ready, () -> "not ready");
        return worker;
    }

    /// A worker that is ready, is the only one in service, and answers by itself.
    static TestWorker answering(Dispatcher dispatcher, String service, int place) throws Exception {
        TestWorker worker = ready(dispatcher, service, place);
        worker.answerAll();
        dispatcher.serve(service, List.of(worker.endpoint));
        return worker;
    }

    @Override
    public void ready() {
        ready = true;
    }

    @Override
    public void gone(String why) {
        gone = why;
    }

    void say(String packet) {
        Sockets.send(end.number(), packet.getBytes(US_ASCII), Sockets.MSG_NOSIGNAL);
    }

    void shutDown(int how) {
        Sockets.shutdown(end.number(), how);
    }

    /// The next packet, skipping probes; only `conn` packets carry a connection.
    Taken receive() {
        Taken next = next();
        while (next.packet().equals("probe")) {
            next = next();
        }
        return next;
    }

    private Taken next() {
        Await.until(
                LIMIT,
                () -> Poll.poll(end.number(), Poll.POLLIN, 100) != 0,
                () -> name + " receives nothing");
        byte[] packet = new byte[128];
        int[] descriptors = new int[1];
        long count = Rights.recvmsg(end.number(), packet, descriptors, Sockets.MSG_DONTWAIT);
        if (count <= 0) {
            throw new AssertionError(name + ": " + Errno.of((int) -count));
        }
        String text = new String(packet, 0, (int) count, US_ASCII);
        packets.add(text);
        return new Taken(new Fd(descriptors[0] < 0 ? 1 << 20 : descriptors[0]), text);
    }

    /// Whether a packet is there.
    boolean hears() {
        return Poll.poll(end.number(), Poll.POLLIN, 0) != 0;
    }

    void answerAll() {
        thread = Thread.ofPlatform().daemon().start(this::run);
    }

    private void run() {
        while (!over) {
            if (Poll.poll(end.number(), Poll.POLLIN, 20) == Poll.POLLIN) {
                try (Taken taken = next()) {
                    taken.answer(name + "|" + taken.packet() + "|" + taken.all());
                }
            }
        }
    }

    String name() {
        return name;
    }

    /// Has the same effect as the end of its process.
    @Override
    public void close() throws Exception {
        over = true;
        if (thread != Thread.currentThread()) {
            thread.join();
        }
        end.close();
    }
}
