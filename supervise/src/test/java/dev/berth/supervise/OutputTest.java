package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.EventSink;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.process.Clock;
import dev.berth.supervise.process.Env;
import dev.berth.supervise.process.OutputPump;
import dev.berth.sys.Descriptors;
import dev.berth.testkit.Await;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.LeakCheck;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/// Workers' output, from the pipe to the observer.
@ExtendWith(LeakCheck.class)
class OutputTest {
    private static final WorkerId ID = new WorkerId(0, 1);

    private final RecordingSink sink = new RecordingSink();
    private final CountDownLatch released = new CountDownLatch(1);

    @AfterEach
    void release() {
        released.countDown();
    }

    private List<String> lines(byte[]... writes) throws Exception {
        try (OutputPump pump = new OutputPump(sink, Clock.SYSTEM);
                OutputPump.Pipes pipes = pump.open(ID, Optional.empty())) {
            for (byte[] bytes : writes) {
                write(pipes, bytes);
            }
            pipes.close();
            Await.until(SupervisorFixture.LIMIT, pipes.output()::ended, sink::toString);
        }
        return sink.printed();
    }

    private static void write(OutputPump.Pipes pipes, byte[] bytes) {
        int done = 0;
        while (done < bytes.length) {
            long count = Descriptors.write(pipes.out().number(), bytes, done, bytes.length - done);
            assertThat(count).isPositive();
            done += (int) count;
        }
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void linesAreCutAtLineEndsOfBothKinds() throws Exception {
        assertThat(lines(text("one\r\ntw"), text("o\n\nlast\r\n")))
                .containsExactly("0.1 one", "0.1 two", "0.1 ", "0.1 last");
    }

    @Test
    void theLastLineNeedsNoTerminator() throws Exception {
        assertThat(lines(text("a\nb"))).containsExactly("0.1 a", "0.1 b");
    }

    @Test
    void aLongLineIsSplitBetweenCharacters() throws Exception {
        String line = "x" + "\u20ac".repeat(50_000);
        List<String> pieces = lines(text(line + "\n"));
        assertThat(pieces).hasSizeGreaterThan(1).allMatch(p -> p.length() < 66_000);
        String joined = String.join("", pieces.stream().map(p -> p.substring(4)).toList());
        assertThat(joined).isEqualTo(line);
    }

    @Test
    void bytesThatAreNotTextDoNoHarm() throws Exception {
        byte[] all = new byte[200_000];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) (i % 7 == 0 ? 0x80 : i);
        }
        byte[] continuation = new byte[200_000];
        Arrays.fill(continuation, (byte) 0x80);
        List<String> lines = lines(all, text("\n"), continuation, text("\nend\n"));
        assertThat(lines).last().isEqualTo("0.1 end");
    }

    @Test
    void errorsAndLastOutputAreReported() throws Exception {
        try (OutputPump pump = new OutputPump(sink, Clock.SYSTEM);
                OutputPump.Pipes pipes = pump.open(ID, Optional.empty())) {
            byte[] oops = text("oops\n");
            Descriptors.write(pipes.err().number(), oops, 0, oops.length);
            Await.until(
                    SupervisorFixture.LIMIT,
                    () -> sink.printed().contains("0.1 ! oops"),
                    sink::toString);
            for (int i = 0; i < 20; i++) {
                write(pipes, text(i + "y".repeat(5_000) + "\n"));
            }
            Await.until(
                    SupervisorFixture.LIMIT,
                    () -> sink.printed().size() == 21,
                    () -> "not all was printed");
            String words = pipes.output().lastOutput();
            assertThat(words.lines()).hasSize(10).allMatch(line -> line.length() == 1_000);
            assertThat(words).startsWith("10y").doesNotEndWith("\n");
        }
    }

    @Test
    void framesOfAStackTraceLeaveRoomForItsMessages() throws Exception {
        String frames =
                "\tat app/Main.run(Main.java:1)\n".repeat(9)
                        + "\tat app.Log.x(Unknown Source) ~[app.jar:1]\n"
                        + "    at node:internal/main/run:23:47\n"
                        + "\t... 5 more\n\t... 2 common frames omitted\n";
        try (OutputPump pump = new OutputPump(sink, Clock.SYSTEM);
                OutputPump.Pipes pipes = pump.open(ID, Optional.empty())) {
            write(pipes, text("no port\n" + frames + "Caused by: no luck\n" + frames));
            write(pipes, text("  at the end\n"));
            Await.until(SupervisorFixture.LIMIT, () -> sink.printed().size() == 29, sink::toString);
            assertThat(pipes.output().lastOutput())
                    .isEqualTo("no port\nCaused by: no luck\n  at the end");
        }
    }

    @Test
    void aHundredMegabytesAreReadToTheLastByte() throws Exception {
        AtomicLong bytes = new AtomicLong();
        EventSink counter =
                new EventSink() {
                    @Override
                    public void onEvent(String text) {}

                    @Override
                    public void onOutput(WorkerId worker, boolean error, String line) {
                        bytes.addAndGet(line.length() + 1);
                    }
                };
        try (OutputPump pump = new OutputPump(counter, Clock.SYSTEM);
                OutputPump.Pipes pipes = pump.open(ID, Optional.empty())) {
            byte[] block = text(("z".repeat(99) + "\n").repeat(10_000));
            for (int i = 0; i < 100; i++) {
                write(pipes, block);
            }
            pipes.close();
            Await.until(SupervisorFixture.LIMIT, pipes.output()::ended, () -> bytes + " read");
        }
        assertThat(bytes).hasValue(100_000_000);
    }

    @Test
    void anObserverThatBlocksStallsOnlyThePrinter() throws Exception {
        EventSink stuck =
                new EventSink() {
                    @Override
                    public void onEvent(String text) {
                        sink.onEvent(text);
                    }

                    @Override
                    public void onOutput(WorkerId worker, boolean error, String line) {
                        sink.onOutput(worker, error, line);
                        try {
                            released.await();
                        } catch (InterruptedException _) {
                            Thread.currentThread().interrupt();
                        }
                    }
                };
        int port = FreePort.tcp();
        String flood =
                "import threading\n"
                        + "def f():\n"
                        + "    while True: print('flood')\n"
                        + "threading.Thread(target=f, daemon=True).start()";
        Path runtime = SupervisorFixture.directory();
        ServiceSpec spec =
                new SupervisorFixture.Setup().command(Programs.server(port, flood)).plan(runtime);
        try (Supervisor supervisor =
                Supervisor.create(spec, stuck, Env.system(), Optional.empty(), Optional.empty())) {
            Thread driver =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        Await.until(
                                                SupervisorFixture.LIMIT,
                                                () -> sink.said().toString().contains("is ready"),
                                                sink::toString);
                                        supervisor
                                                .ask(new Request.Roll(Optional.empty()))
                                                .thenAccept(o -> sink.onEvent("rolled " + o.done()))
                                                .thenRun(() -> supervisor.ask(new Request.Stop()));
                                    });
            assertThat(supervisor.run()).isZero();
            driver.join();
        } finally {
            SupervisorFixture.delete(runtime);
        }
        assertThat(sink.said()).contains("rolled true");
        assertThat(sink.printed()).hasSize(1);
    }
}
