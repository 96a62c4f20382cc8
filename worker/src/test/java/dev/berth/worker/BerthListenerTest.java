package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.berth.sys.Descriptors;
import dev.berth.testkit.Await;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.TinyDispatcher;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

@ParameterizedClass
@ValueSource(classes = {FfmSystemCalls.class, JnaSystemCalls.class})
@ExtendWith(LeakCheck.class)
class BerthListenerTest {
    private static final OpenFileLimit NO_LIMIT = new OpenFileLimit(Long.MAX_VALUE);

    private final TinyDispatcher dispatcher;
    private final BerthListener listener;
    private final List<AutoCloseable> opened = new ArrayList<>();

    BerthListenerTest(Class<? extends SystemCalls> libc) throws Exception {
        dispatcher = TinyDispatcher.onBoth();
        DispatcherSocket socket =
                new DispatcherSocket(
                        libc.getDeclaredConstructor().newInstance(), dispatcher.workerEnd());
        listener = new BerthListener(ConnectionReceiver.start(socket, NO_LIMIT), new Channels());
    }

    @AfterEach
    void close() throws Exception {
        listener.close();
        for (AutoCloseable one : opened) {
            one.close();
        }
        dispatcher.close();
    }

    private Socket client(String text) throws IOException {
        Socket client = dispatcher.connect();
        opened.add(client);
        client.getOutputStream().write(text.getBytes(US_ASCII));
        return client;
    }

    private SocketChannel accept() throws IOException {
        SocketChannel channel = listener.accept();
        opened.add(channel);
        return channel;
    }

    private static String read(SocketChannel channel, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
            // Reads until everything is there.
        }
        return new String(buffer.array(), 0, buffer.position(), US_ASCII);
    }

    private static <T> FutureTask<T> start(Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        Thread thread = new Thread(task, "accepts");
        thread.setDaemon(true);
        thread.start();
        return task;
    }

    /// By reflection, because this is compiled for Java 17.
    private static <T> FutureTask<T> startVirtually(Callable<T> work) throws Exception {
        FutureTask<T> task = new FutureTask<>(work);
        Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, task);
        return task;
    }

    private static <T> T result(FutureTask<T> task) throws Exception {
        return task.get(TinyDispatcher.LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    /// Waits until `count` threads wait for a connection.
    private static void awaitWaiting(int count) {
        Await.until(
                TinyDispatcher.LIMIT,
                () ->
                        Thread.getAllStackTraces().entrySet().stream()
                                        .filter(entry -> entry.getKey().getName().equals("accepts"))
                                        .filter(
                                                entry ->
                                                        entry.getKey().getState()
                                                                == Thread.State.WAITING)
                                        .count()
                                == count,
                () -> "not " + count + " threads wait");
    }

    @Test
    void bytesSentBeforeTheHandOverAreThere() throws Exception {
        Socket client = client("early ");
        dispatcher.pass();
        client.getOutputStream().write("late".getBytes(US_ASCII));

        SocketChannel channel = accept();

        assertThat(read(channel, 10)).isEqualTo("early late");
        channel.write(ByteBuffer.wrap("answer".getBytes(US_ASCII)));
        assertThat(client.getInputStream().readNBytes(6)).asString().isEqualTo("answer");
    }

    @Test
    void theChannelIsBlockingAndConnected() throws Exception {
        client("");
        dispatcher.pass();

        SocketChannel channel = accept();

        assertThat(channel.isBlocking()).isTrue();
        assertThat(channel.isConnected()).isTrue();
        assertThat(channel.provider()).isSameAs(java.nio.channels.spi.SelectorProvider.provider());
    }

    @Test
    void addressesAreThoseOfTheConnection() throws Exception {
        for (String host : List.of("127.0.0.1", "::1")) {
            try (Socket client = dispatcher.connect(host)) {
                dispatcher.pass();

                SocketChannel channel = accept();

                assertThat(channel.getRemoteAddress()).isEqualTo(client.getLocalSocketAddress());
                assertThat(channel.getLocalAddress()).isEqualTo(client.getRemoteSocketAddress());
                assertThat(channel.socket().getPort()).isEqualTo(client.getLocalPort());
            }
        }
    }

    @Test
    void withoutAProxyTheClientIsThePeer() throws Exception {
        Socket client = client("");
        dispatcher.pass();

        Accepted accepted = listener.acceptWithAddresses();
        opened.add(accepted.channel());

        assertThat(accepted.client()).isEqualTo(client.getLocalSocketAddress());
        assertThat(accepted.server()).isEqualTo(client.getRemoteSocketAddress());
    }

    @Test
    void behindAProxyTheClientIsTheOneItReports() throws Exception {
        Socket proxy = client("");
        dispatcher.passAs("conn tcp4 192.0.2.7 1234 198.51.100.1 443");

        Accepted accepted = listener.acceptWithAddresses();
        opened.add(accepted.channel());

        assertThat(accepted.client()).isEqualTo(new InetSocketAddress("192.0.2.7", 1234));
        assertThat(accepted.server()).isEqualTo(new InetSocketAddress("198.51.100.1", 443));
        assertThat(accepted.channel().getRemoteAddress()).isEqualTo(proxy.getLocalSocketAddress());
    }

    @Test
    void receivesNothingInAdvance() throws Exception {
        client("first");
        client("second");
        FutureTask<SocketChannel> waiting = start(listener::accept);
        awaitWaiting(1);
        dispatcher.pass();
        dispatcher.pass();

        assertThat(read(result(waiting), 5)).isEqualTo("first");
        result(waiting).close();
        assertThat(dispatcher.takeBack()).isOne();
    }

    @Test
    void closingAnAcceptedChannelEndsTheConnection() throws Exception {
        Socket client = client("");
        dispatcher.pass();
        accept().close();

        assertThat(client.getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void connectionsLeftByACloseGoBackToTheDispatcher() throws Exception {
        Socket client = client("");
        FutureTask<SocketChannel> looked = start(listener::accept);
        dispatcher.pass();
        opened.add(result(looked));
        client("");
        dispatcher.pass();
        listener.close();

        dispatcher.awaitHeard("ready 1", "bye");
        assertThat(client.getInputStream().available()).isZero();
        assertThat(dispatcher.takeBack()).isOne();
    }

    @Test
    void everyWaitingThreadGetsAConnection() throws Exception {
        List<FutureTask<SocketChannel>> waiting = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            waiting.add(start(listener::accept));
        }
        awaitWaiting(4);
        for (int i = 0; i < 4; i++) {
            client("");
            dispatcher.pass();
        }

        for (FutureTask<SocketChannel> one : waiting) {
            opened.add(result(one));
        }
    }

    @Test
    void interruptingOneThreadLeavesTheOthersWaiting() throws Exception {
        FutureTask<SocketChannel> interrupted = new FutureTask<>(listener::accept);
        Thread thread = new Thread(interrupted, "accepts");
        thread.start();
        FutureTask<SocketChannel> waiting = start(listener::accept);
        awaitWaiting(2);
        thread.interrupt();
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> result(interrupted))
                .withCauseInstanceOf(InterruptedIOException.class);

        client("");
        dispatcher.pass();

        opened.add(result(waiting));
    }

    @Test
    void pauseAndResumeAreSentToTheDispatcher() {
        listener.pause();
        listener.resume();

        dispatcher.awaitHeard("ready 1", "pause", "ready 1");
    }

    @Test
    void aDrainEndsEveryThreadAfterTheQueuedConnections() throws Exception {
        client("");
        dispatcher.pass();
        dispatcher.say("drain");
        dispatcher.say("a word of a later version");

        assertThat(accept()).isNotNull();
        assertThat(result(start(listener::accept))).isNull();
        assertThat(result(start(listener::accept))).isNull();
    }

    @Test
    void aDrainWakesWaitingThreads() throws Exception {
        List<FutureTask<SocketChannel>> waiting =
                List.of(start(listener::accept), start(listener::accept));
        awaitWaiting(2);

        dispatcher.say("drain");

        for (FutureTask<SocketChannel> one : waiting) {
            assertThat(result(one)).isNull();
        }
    }

    @Test
    void theEndOfTheDispatcherEndsTheListener() throws Exception {
        Socket client = client("still served");
        dispatcher.pass();
        FutureTask<SocketChannel> first = start(listener::accept);
        opened.add(result(first));
        FutureTask<SocketChannel> waiting = start(listener::accept);
        awaitWaiting(1);

        dispatcher.vanish();

        assertThat(result(waiting)).isNull();
        assertThat(listener.accept()).isNull();
        listener.pause();
        assertThat(read(result(first), 12)).isEqualTo("still served");
        assertThat(client.isClosed()).isFalse();
    }

    @Test
    void connectionsLeftByAKilledDispatcherAreStillServed() throws Exception {
        client("left");
        dispatcher.pass();

        dispatcher.vanish();

        assertThat(read(accept(), 4)).isEqualTo("left");
        assertThat(listener.accept()).isNull();
    }

    @Test
    void closeEndsAWaitingAccept() throws Exception {
        FutureTask<SocketChannel> waiting = start(listener::accept);
        awaitWaiting(1);

        listener.close();

        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> result(waiting))
                .withCauseInstanceOf(AsynchronousCloseException.class);
        assertThatExceptionOfType(ClosedChannelException.class).isThrownBy(listener::accept);
        listener.close();
    }

    @Test
    void anInterruptEndsTheWaitAndNothingElse() throws Exception {
        Thread.currentThread().interrupt();
        assertThatExceptionOfType(InterruptedIOException.class).isThrownBy(listener::accept);
        assertThat(Thread.interrupted()).isTrue();

        client("here");
        dispatcher.pass();
        assertThat(read(accept(), 4)).isEqualTo("here");
    }

    @Test
    void aConnectionThatWasResetMeanwhileIsSkipped() throws Exception {
        Socket reset = client("");
        reset.setSoLinger(true, 0);
        dispatcher.pass();
        reset.close();
        client("next");
        dispatcher.pass();

        assertThat(read(accept(), 4)).isEqualTo("next");
        dispatcher.awaitAllTaken();
    }

    @Test
    void aLostConnectionIsReportedAndTheNextOneArrives() throws Exception {
        dispatcher.say("conn");
        client("one");
        dispatcher.passAs("conn nonsense");
        client("two");
        dispatcher.pass();

        assertThatIOException().isThrownBy(listener::accept).withMessageContaining("no descriptor");
        assertThatIOException().isThrownBy(listener::accept).withMessageContaining("conn nonsense");
        assertThat(read(accept(), 3)).isEqualTo("two");
    }

    @Test
    void aSecondDescriptorIsNotKept() throws Exception {
        int[] pipe = new int[2];
        assertThat(Descriptors.pipe2(pipe, Descriptors.O_CLOEXEC)).isZero();
        FutureTask<SocketChannel> waiting = start(listener::accept);
        dispatcher.sendWith("a word of a later version", pipe);
        Descriptors.close(pipe[1]);

        byte[] end = new byte[1];
        FutureTask<Long> read = start(() -> Descriptors.read(pipe[0], end, 0, 1));
        assertThat(result(read)).as("the only other copies are closed").isZero();
        Descriptors.close(pipe[0]);
        dispatcher.say("drain");
        assertThat(result(waiting)).isNull();
    }

    @Test
    void everyConnectionGoesToExactlyOneOfManyThreads() throws Exception {
        int count = 600;
        Set<String> served = ConcurrentHashMap.newKeySet();
        List<FutureTask<Integer>> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(start(() -> serveAll(served)));
        }
        for (int i = 0; i < count; i++) {
            try (Socket client = dispatcher.connect()) {
                client.getOutputStream().write("%04d".formatted(i).getBytes(US_ASCII));
                dispatcher.pass();
            }
        }
        dispatcher.say("drain");

        int total = 0;
        for (FutureTask<Integer> thread : threads) {
            total += result(thread);
        }
        assertThat(total).isEqualTo(count);
        assertThat(served).hasSize(count);
        dispatcher.awaitAllTaken();
    }

    private int serveAll(Set<String> served) throws IOException {
        int count = 0;
        SocketChannel next = listener.accept();
        while (next != null) {
            try (SocketChannel channel = next) {
                served.add(read(channel, 4));
                count++;
            }
            next = listener.accept();
        }
        return count;
    }

    @Test
    void aCloseDuringArrivalsLosesNone() throws Exception {
        int count = 60;
        Set<String> served = ConcurrentHashMap.newKeySet();
        List<FutureTask<Integer>> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(start(() -> serveUntilClosed(served)));
        }
        for (int i = 0; i < count; i++) {
            client("%04d".formatted(i));
            dispatcher.pass();
            if (i == count / 2) {
                listener.close();
            }
        }

        int taken = 0;
        for (FutureTask<Integer> thread : threads) {
            taken += result(thread);
        }
        assertThat(served).hasSize(taken);
        assertThat(taken + dispatcher.takeBack()).isEqualTo(count);
    }

    private int serveUntilClosed(Set<String> served) throws IOException {
        int count = 0;
        try {
            while (true) {
                try (SocketChannel channel = listener.accept()) {
                    served.add(read(channel, 4));
                    count++;
                }
            }
        } catch (ClosedChannelException closed) {
            return count;
        }
    }

    @Test
    void aDrainDuringACloseLeavesItClosed() throws Exception {
        FutureTask<SocketChannel> waiting = start(listener::accept);
        dispatcher.say("drain");
        listener.close();

        try {
            assertThat(result(waiting)).isNull();
        } catch (ExecutionException closed) {
            assertThat(closed).hasCauseInstanceOf(ClosedChannelException.class);
        }
        assertThatExceptionOfType(ClosedChannelException.class).isThrownBy(listener::accept);
    }

    @Test
    void waitingVirtualThreadsLetOthersRun() throws Exception {
        List<FutureTask<SocketChannel>> waiting = new ArrayList<>();
        for (int i = 0; i < 16 * Runtime.getRuntime().availableProcessors(); i++) {
            waiting.add(startVirtually(listener::accept));
        }

        assertThat(result(startVirtually(() -> "ran"))).isEqualTo("ran");
        for (int i = 0; i < waiting.size(); i++) {
            client("");
            dispatcher.pass();
        }
        for (FutureTask<SocketChannel> one : waiting) {
            opened.add(result(one));
        }
    }
}
