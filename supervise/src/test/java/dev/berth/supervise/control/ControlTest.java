package dev.berth.supervise.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Request;
import dev.berth.sys.Fd;
import dev.berth.sys.PeerCredentials;
import dev.berth.sys.Processes;
import dev.berth.sys.Sockets;
import dev.berth.testkit.Await;
import dev.berth.testkit.LeakCheck;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

@ExtendWith(LeakCheck.class)
@Timeout(600)
class ControlTest {
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final long SECOND = 1_000_000_000;

    @TempDir Path runtime;

    private final List<String> out = Collections.synchronizedList(new ArrayList<>());
    private final List<String> data = Collections.synchronizedList(new ArrayList<>());
    private final List<String> err = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger accepted = new AtomicInteger();

    private Path socket() {
        return runtime.resolve("web").resolve(RuntimeDirectory.CONTROL);
    }

    private static ControlResult echo(
            PeerCredentials client, ControlRequest request, ControlServer.Answer answer) {
        List<String> words = words(request);
        words.forEach(word -> answer.line("<" + word + ">"));
        answer.data("{}");
        return new ControlResult(ControlResult.Kind.FAILED, words.size(), "to err");
    }

    /// The command of a roll; none of other requests.
    private static List<String> words(ControlRequest request) {
        return request instanceof ControlRequest.Change(Request.Roll roll)
                ? roll.command().map(Command::words).orElse(List.of())
                : List.of();
    }

    private static ControlRequest roll(List<String> words) {
        return new ControlRequest.Change(
                new Request.Roll(
                        Optional.of(words).filter(all -> !all.isEmpty()).map(Command::new)));
    }

    private static ControlResult done(int exitCode) {
        return new ControlResult(ControlResult.Kind.DONE, exitCode, "");
    }

    private final ControlClient.Caller caller =
            new ControlClient.Caller() {
                @Override
                public void accepted() {
                    accepted.incrementAndGet();
                }

                @Override
                public void line(String line) {
                    out.add(line);
                }

                @Override
                public void data(String json) {
                    data.add(json);
                }
            };

    /// Requests a roll and returns the exit code.
    private int call(String... words) throws IOException {
        return call(socket(), List.of(words));
    }

    private int call(Path server, List<String> words) throws IOException {
        ControlResult result = ControlClient.call(server, roll(words), caller);
        if (!result.text().isEmpty()) {
            err.add(result.text());
        }
        return result.exitCode();
    }

    private Fd connect() throws IOException {
        return UnixSocketPath.connect(socket(), SECOND);
    }

    private static void send(Fd client, byte... bytes) {
        Sockets.send(client.number(), bytes, Sockets.MSG_NOSIGNAL);
    }

    /// Whether the server closed the connection without a reply.
    private static boolean hungUp(Fd client) throws IOException {
        ControlFrame.timeout(client.number(), Sockets.SO_RCVTIMEO, 10 * SECOND);
        long got = Sockets.recv(client.number(), new byte[16], 0);
        return got == 0 || dev.berth.sys.Errno.ECONNRESET.is(got);
    }

    @Test
    void wordsArriveUnchangedAndLinesComeBack() throws IOException {
        try (var server = ControlServer.open(socket(), ControlTest::echo)) {
            assertThat(server).isNotNull();
            assertThat(call("roll", "", "two words", "line\nbreak", "ümläut €")).isEqualTo(5);
        }
        assertThat(out)
                .containsExactly("<roll>", "<>", "<two words>", "<line\nbreak>", "<ümläut €>");
        assertThat(data).containsExactly("{}");
        assertThat(err).containsExactly("to err");
    }

    @Test
    void manyLinesAndLongOnesArriveInOrder() throws IOException {
        String longLine = "x".repeat(300_000);
        ControlServer.Handler handler =
                (client, request, answer) -> {
                    for (int i = 0; i < 2_000; i++) {
                        answer.line("line " + i);
                    }
                    answer.line(longLine);
                    return done(0);
                };
        try (var server = ControlServer.open(socket(), handler)) {
            assertThat(server).isNotNull();
            call("status");
        }
        assertThat(out).hasSize(2_001).last().isEqualTo(longLine);
        assertThat(out.get(1_999)).isEqualTo("line 1999");
    }

    private static boolean ended(CountDownLatch end) {
        try {
            return end.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException closing) {
            return false;
        }
    }

    /// All threads are busy, so the client's command waits to be read.
    @Test
    void aClientThatHasSentACommandIsKeptThoughNoThreadReadsYet() throws Exception {
        var threads = new CountDownLatch(ControlConnections.THREADS);
        var end = new CountDownLatch(1);
        ControlServer.Handler handler =
                (client, request, answer) -> {
                    threads.countDown();
                    boolean over = words(request).equals(List.of("short")) || ended(end);
                    return done(over ? 0 : 1);
                };
        List<Fd> clients = new ArrayList<>();
        try (var server = ControlServer.open(socket(), handler)) {
            assertThat(server).isNotNull();
            for (int i = 0; i < ControlConnections.THREADS; i++) {
                clients.add(connect());
                send(clients.getLast(), ControlFrame.request(roll(List.of("long"))).encode());
            }
            threads.await();
            Fd patient = connect();
            clients.add(patient);
            send(patient, ControlFrame.request(roll(List.of("short"))).encode());
            // Long enough for a silent client to be disconnected.
            for (int i = 0; i < 5; i++) {
                Thread.sleep(50);
                connect().close();
            }
            end.countDown();
            Duration limit = Duration.ofSeconds(30);
            ControlFrame answer = ControlFrame.receive(patient.number(), 100, Optional.of(limit));
            assertThat(answer.kind()).isEqualTo(ControlFrame.Kind.ACCEPTED);
        } finally {
            clients.forEach(Fd::close);
        }
    }

    @Test
    void theSocketIsPrivateToItsOwnerAndRemovedWithTheServer() throws IOException {
        try (var server = ControlServer.open(socket(), ControlTest::echo)) {
            assertThat(server).isNotNull();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket())))
                    .isEqualTo("rw-------");
            assertThat(ControlClient.listener(socket()))
                    .isEqualTo(OptionalInt.of((int) ProcessHandle.current().pid()));
        }
        assertThat(runtime).isEmptyDirectory();
        assertThat(ControlClient.listener(socket())).isEmpty();
    }

    @Test
    void onlyTheSameUserAndRootArePermitted() {
        assertThat(ControlServer.mayAsk(1000, 1000)).isTrue();
        assertThat(ControlServer.mayAsk(0, 1000)).isTrue();
        assertThat(ControlServer.mayAsk(1001, 1000)).isFalse();
        assertThat(ControlServer.mayAsk(1000, 0)).isFalse();
    }

    @Test
    void hostileClientsHarmOnlyThemselves() throws IOException {
        try (var server = ControlServer.open(socket(), ControlTest::echo, SHORT);
                Fd garbage = connect();
                Fd huge = connect();
                Fd negative = connect();
                Fd empty = connect();
                Fd wrongKind = connect();
                Fd slow = connect();
                Fd silent = connect();
                Fd gone = connect()) {
            assertThat(server).isNotNull();
            send(garbage, "GET / HTTP/1.1\r\n\r\n".getBytes(UTF_8));
            send(huge, (byte) 0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 'C');
            send(negative, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff);
            send(empty, (byte) 0, (byte) 0, (byte) 0, (byte) 0);
            send(wrongKind, (byte) 0, (byte) 0, (byte) 0, (byte) 1, (byte) 'X');
            send(slow, (byte) 0, (byte) 0, (byte) 0, (byte) 9, (byte) 'C');
            send(gone, (byte) 0, (byte) 0);
            gone.close();
            assertThat(call("still", "there")).isEqualTo(2);
            for (Fd client : List.of(garbage, huge, negative, empty, wrongKind, slow, silent)) {
                assertThat(hungUp(client)).isTrue();
            }
            assertThat(call("still")).isEqualTo(1);
        }
    }

    @Test
    void aClientThatTricklesIsCutOff() throws Exception {
        try (var server = ControlServer.open(socket(), ControlTest::echo, SHORT);
                Fd trickle = connect()) {
            assertThat(server).isNotNull();
            send(trickle, (byte) 0, (byte) 1, (byte) 0, (byte) 0, (byte) 'C');
            long start = System.nanoTime();
            long sent = 0;
            while (sent >= 0 && System.nanoTime() - start < 20 * SECOND) {
                sent = Sockets.send(trickle.number(), new byte[] {'x'}, Sockets.MSG_NOSIGNAL);
                Thread.sleep(20);
            }
            assertThat(sent).isNegative();
        }
    }

    @Test
    void aCommandContinuesWhenItsClientHangsUp() throws Exception {
        var go = new CountDownLatch(1);
        var over = new CountDownLatch(1);
        ControlServer.Handler handler =
                (client, request, answer) -> {
                    try {
                        go.await();
                    } catch (InterruptedException interrupted) {
                        Thread.currentThread().interrupt();
                    }
                    answer.line("to nobody");
                    answer.line("to nobody");
                    over.countDown();
                    return done(0);
                };
        try (var server = ControlServer.open(socket(), handler)) {
            assertThat(server).isNotNull();
            try (Fd client = connect()) {
                ControlFrame.request(roll(List.of("roll"))).send(client.number());
                ControlFrame.receive(client.number(), 100, Optional.of(SHORT.multipliedBy(20)));
            }
            go.countDown();
            over.await();
        }
    }

    /// Like a stopped supervisor: clients can connect, but are never accepted.
    @Test
    void anUnresponsiveServerIsReportedAfterAWhile() throws IOException {
        Files.createDirectory(runtime.resolve("web"));
        try (Fd deaf = UnixSocketPath.bind(socket())) {
            assertThat(Sockets.listen(deaf.number(), 8)).isZero();
            assertThatThrownBy(() -> call("status"))
                    .isInstanceOfSatisfying(
                            UnresponsiveException.class,
                            late ->
                                    assertThat(late.pid())
                                            .isEqualTo((int) ProcessHandle.current().pid()));
        }
        assertThat(accepted).hasValue(0);
    }

    @Test
    void theCommandOfAClientThatLeftIsNotRun() throws IOException {
        List<String> done = Collections.synchronizedList(new ArrayList<>());
        ControlServer.Handler handler =
                (client, request, answer) -> {
                    done.addAll(words(request));
                    return done(0);
                };
        try (var server = ControlServer.open(socket(), handler)) {
            assertThat(server).isNotNull();
            try (Fd impatient = connect()) {
                // The client can no longer receive a reply, and its command is there to be read.
                assertThat(Sockets.shutdown(impatient.number(), Sockets.SHUT_RD)).isZero();
                ControlFrame.request(roll(List.of("roll"))).send(impatient.number());
            }
            call("status");
        }
        assertThat(done).containsExactly("status");
    }

    @Test
    void theHandlerReceivesTheClientsIdentity() throws IOException {
        var asked = new AtomicReference<PeerCredentials>();
        ControlServer.Handler handler =
                (client, request, answer) -> {
                    asked.set(client);
                    return done(0);
                };
        try (var server = ControlServer.open(socket(), handler)) {
            assertThat(server).isNotNull();
            call("roll");
        }
        assertThat(accepted).hasValue(1);
        assertThat(asked.get().pid()).isEqualTo((int) ProcessHandle.current().pid());
        assertThat(asked.get().uid()).isEqualTo(Processes.geteuid());
    }

    @Test
    void tooManyClientsAreAskedToRetry() throws Exception {
        var go = new CountDownLatch(1);
        ControlServer.Handler handler =
                (client, request, answer) -> {
                    try {
                        go.await();
                    } catch (InterruptedException interrupted) {
                        Thread.currentThread().interrupt();
                    }
                    return done(0);
                };
        List<Fd> clients = new ArrayList<>();
        try (var server = ControlServer.open(socket(), handler)) {
            assertThat(server).isNotNull();
            for (int i = 0; i < ControlConnections.MOST; i++) {
                clients.add(connect());
                ControlFrame.request(roll(List.of("roll"))).send(clients.getLast().number());
            }
            assertThat(call("status")).isEqualTo(1);
            assertThat(err).singleElement().asString().contains("busy with 32 other commands");
            go.countDown();
            Await.until(Duration.ofSeconds(10), this::answers, () -> "still refused");
        } finally {
            clients.forEach(Fd::close);
        }
    }

    @Test
    void silentClientsMakeRoomForThoseThatSpeak() throws Exception {
        List<Fd> silent = new ArrayList<>();
        Duration forEver = Duration.ofHours(1);
        try (var server = ControlServer.open(socket(), ControlTest::echo, forEver)) {
            assertThat(server).isNotNull();
            for (int i = 0; i < ControlConnections.MOST; i++) {
                silent.add(connect());
            }
            Await.until(Duration.ofSeconds(30), this::echoed, () -> "refused: " + err);
        } finally {
            silent.forEach(Fd::close);
        }
    }

    private boolean echoed() {
        try {
            return call("one", "two") == 2;
        } catch (IOException sentAway) {
            return false;
        }
    }

    @Test
    void onlyARollCommandMayBeLong() throws IOException {
        String word = "x".repeat(ControlConnections.MOST_BYTES_USUAL);
        try (var server = ControlServer.open(socket(), ControlTest::echo)) {
            assertThat(server).isNotNull();
            assertThat(answerTo("{\"protocol\":2,\"command\":\"stop\",\"x\":\"" + word))
                    .startsWith("Eberth: a request of ")
                    .contains("is too long for this supervisor");
            assertThat(call("a", "--", word)).isEqualTo(3);
            assertThat(call("a", "short")).isEqualTo(2);
        }
    }

    /// The first bytes decide whether a command may be long.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"protocol\":2,\"command\":\"rol",
                "{\"protocol\":3,\"command\":\"roll\",",
                " {\"protocol\":2,\"command\":\"roll\",",
                "\0\0\0\0"
            })
    void aRequestThatBeginsOtherwiseMustNotBeLong(String beginning) throws IOException {
        String word = "x".repeat(ControlConnections.MOST_BYTES_USUAL);
        try (var server = ControlServer.open(socket(), ControlTest::echo)) {
            assertThat(server).isNotNull();
            assertThat(answerTo(beginning + word)).startsWith("E").contains("X");
        }
        assertThat(out).isEmpty();
    }

    /// The frames of the answer to a request with this text.
    private String answerTo(String text) throws IOException {
        try (Fd client = connect()) {
            try {
                new ControlFrame(ControlFrame.Kind.REQUEST, text).send(client.number());
            } catch (IOException refusedEarlier) {
                // The answer is there all the same.
            }
            return Frames.all(client);
        }
    }

    /// The first threads serve clients, the last one accepts them.
    @ParameterizedTest
    @ValueSource(ints = {0, ControlConnections.THREADS})
    void ifAThreadCannotBeStartedNothingIsLeft(int started) throws Exception {
        List<Thread> threads = new ArrayList<>();
        ThreadFactory few =
                task -> {
                    Thread thread =
                            threads.size() < started ? new Thread(task) : new Unstartable(task);
                    thread.setDaemon(true);
                    threads.add(thread);
                    return thread;
                };
        assertThatThrownBy(() -> ControlServer.open(socket(), ControlTest::echo, SHORT, few))
                .isInstanceOf(IOException.class)
                .hasMessage("could not start a thread for the control socket");
        assertThat(socket()).doesNotExist();
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /// Behaves as at the process limit.
    private static final class Unstartable extends Thread {
        Unstartable(Runnable task) {
            super(task);
        }

        @Override
        public void start() {
            throw new OutOfMemoryError("unable to create native thread");
        }
    }

    @Test
    void aCommandWithTooManyWordsIsRefusedWithTheReason() throws IOException {
        // One text is the verb.
        List<String> words = new ArrayList<>(Collections.nCopies(ControlFrame.MOST_WORDS - 1, "x"));
        ControlServer.Handler count =
                (client, request, answer) -> done(words(request).size() >> 10);
        try (var server = ControlServer.open(socket(), count)) {
            assertThat(server).isNotNull();
            assertThat(call(socket(), words)).isEqualTo(63);
            words.add("one more");
            assertThat(call(socket(), words)).isEqualTo(1);
        }
        assertThat(err).singleElement().asString().contains("more than 65536 words; put its");
    }

    @Test
    void anErrorInACommandIsReportedToTheClient() throws IOException {
        ControlServer.Handler handler =
                (client, request, answer) -> {
                    throw new OutOfMemoryError("unable to create native thread");
                };
        try (var server = ControlServer.open(socket(), handler)) {
            assertThat(server).isNotNull();
            for (int i = 0; i < 2 * ControlConnections.THREADS; i++) {
                assertThat(call("status")).isEqualTo(1);
            }
        }
        assertThat(err).allMatch(line -> line.contains("unable to create native thread"));
    }

    private boolean answers() {
        try {
            return call("status") == 0;
        } catch (IOException failed) {
            return false;
        }
    }

    @Test
    void aFailingHandlerIsAnError() throws IOException {
        ControlServer.Handler handler =
                (client, request, answer) -> {
                    throw new IllegalStateException("oops");
                };
        try (var server = ControlServer.open(socket(), handler)) {
            assertThat(server).isNotNull();
            assertThat(call("status")).isEqualTo(1);
        }
        assertThat(err).singleElement().asString().contains("oops");
    }

    @Test
    void theLeftoversOfAnEarlierServerAreReplaced() throws IOException {
        Files.createDirectory(runtime.resolve("web"));
        UnixSocketPath.bind(socket()).close();
        Files.createFile(runtime.resolve("web/notify-0.1"));
        try (var server = ControlServer.open(socket(), ControlTest::echo)) {
            assertThat(server).isNotNull();
            assertThat(call("x")).isEqualTo(1);
        }
        assertThat(runtime).isEmptyDirectory();
    }

    @Test
    void aDirectoryThatIsASymbolicLinkIsLeftAlone() throws IOException {
        Path elsewhere = Files.createDirectory(runtime.resolve("elsewhere"));
        Files.createFile(elsewhere.resolve("file"));
        Files.createSymbolicLink(runtime.resolve("web"), elsewhere);
        assertThatThrownBy(() -> ControlServer.open(socket(), ControlTest::echo))
                .hasMessageContaining("is not your directory");
        assertThat(elsewhere.resolve("file")).exists();
    }

    @Test
    void pathsLongerThanAnAddressWork() throws IOException {
        Path deep = Files.createDirectory(runtime.resolve("d".repeat(120)));
        Path far = deep.resolve("web").resolve("control");
        try (var server = ControlServer.open(far, ControlTest::echo)) {
            assertThat(server).isNotNull();
            assertThat(call(far, List.of("x"))).isEqualTo(1);
        }
    }
}
