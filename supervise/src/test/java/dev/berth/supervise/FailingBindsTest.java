package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.Holders;
import dev.berth.supervise.contract.Command;
import dev.berth.testkit.Await;
import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A worker whose bind(2) calls fail endlessly.
@RequiresRoot
@RequiresProgram("python3")
@ExtendWith(LeakCheck.class)
final class FailingBindsTest {
    /// The number of failing calls in one batch, and of batches; the heap may grow by less than 100
    /// bytes per call.
    private static final int BATCH = 4_000;

    private static final int BATCHES = 3;
    private static final long MOST_BYTES = 100L * BATCH * (BATCHES - 2);

    /// More than any program would print about its failing binds.
    private static final int MOST_LINES = 60;

    /// The minimum that each look-up through all processes must read.
    private static final int PROCESSES = 50;

    private static final int DESCRIPTORS = 100;
    private static final int REFUSED = 200;
    private static final int LOOKS = 5;

    @TempDir Path directory;

    @Test
    void thousandsOfFailuresAreFewLinesAndTheWorkerServes() throws Exception {
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory).workers(1)) {
            supervisor.start(
                    PythonServers.python(
                            directory,
                            """
                            import ctypes, errno
                            libc = ctypes.CDLL(None, use_errno=True)
                            serving = listen(('0.0.0.0', 8080))
                            taken = listen(('0.0.0.0', 9090))
                            failed = {}

                            def count(number):
                                failed[number] = failed.get(number, 0) + 1

                            def raw(fd, address):
                                if libc.bind(fd, address, 16) != 0:
                                    count(ctypes.get_errno())

                            s = tcp()
                            for i in range(2000):
                                raw(s.fileno(), ctypes.c_void_p(8 + i))
                                raw(9000 + i, ctypes.create_string_buffer(16))
                                raw(1, ctypes.create_string_buffer(b'\\x02\\x00\\x20\\x20', 16))
                            for i in range(200):
                                try:
                                    t = tcp()
                                    t.bind(('127.0.1.%d' % i, 9090))
                                    t.listen(1)
                                except OSError as e:
                                    count(e.errno)
                            print('failed', failed[errno.EFAULT], failed[errno.EBADF],
                                  failed[errno.ENOTSOCK])
                            serve(serving)
                            """));
            supervisor.await(
                    "its counts",
                    () ->
                            supervisor.printed().stream()
                                    .anyMatch(l -> l.contains("failed 2000 2000 2000")));
            assertThat(supervisor.said().lines().count())
                    .as(supervisor.said())
                    .isLessThan(MOST_LINES);
            assertThat(supervisor.said())
                    .doesNotContain("process_vm_readv")
                    .doesNotContain("EBADF");
            assertThat(supervisor.ask("127.0.0.1", NamespacedSupervisor.PORT)).startsWith("0.1 ");
            supervisor.stop();
        }
    }

    /// The process that holds the port is looked up off the supervisor's own thread, and not once
    /// per bind.
    @Test
    void eachFailureCostsLittleHoweverManyProcessesThereAre() throws Exception {
        String crowd =
                """
                import os, time
                for i in range(%d):
                    if os.fork() == 0:
                        kept = [os.open('/dev/null', 0) for _ in range(%d)]
                        time.sleep(600)
                print('up', flush=True)
                time.sleep(600)
                """
                        .formatted(PROCESSES, DESCRIPTORS);
        String binds =
                """
                while not os.path.exists(sys.argv[1] + '/go'): time.sleep(0.02)
                refused = 0
                for _ in range(%d):
                    try:
                        tcp().bind(('0.0.0.0', 9090))
                    except OSError:
                        refused += 1
                print('refused', refused)
                serve(listen(('0.0.0.0', 8080)))
                """
                        .formatted(REFUSED);
        try (ChildProcess others = ChildProcess.start(Programs.python(), "-c", crowd);
                NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory).workers(1);
                ServerSocket _ = supervisor.inside(() -> new ServerSocket(9090))) {
            others.awaitLine("up"::equals, SupervisorFixture.LIMIT);
            supervisor.begin(PythonServers.python(directory, binds, directory.toString()));
            supervisor.await("a worker", () -> supervisor.slot(0).workers().size() == 1);
            long look = cpuOfOneLook();
            long before = supervisor.ownerCpuNanos();
            Files.createFile(directory.resolve("go"));
            String count = "refused " + REFUSED;
            supervisor.await(
                    "its count",
                    () -> supervisor.printed().stream().anyMatch(line -> line.endsWith(count)));
            assertThat(supervisor.ownerCpuNanos() - before).isLessThan(look * REFUSED / 3);
            supervisor.awaitReady();
            supervisor.stop();
        }
    }

    /// The CPU time, in nanoseconds, that this thread needs to look through all processes, once it
    /// is warm.
    private static long cpuOfOneLook() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < LOOKS; i++) {
            long before = threads.getCurrentThreadCpuTime();
            Holders.everywhere();
            least = Math.min(least, threads.getCurrentThreadCpuTime() - before);
        }
        return least;
    }

    /// The memory kept about them does not grow: the first batches contain all kinds, and load all
    /// classes.
    @Test
    void endlessFailuresDoNotFillTheHeap() throws Exception {
        String program =
                """
                import ctypes, os, time
                libc = ctypes.CDLL(None, use_errno=True)
                s = socket.socket()
                serving = listen(('127.0.0.1', %d))

                def batch(start):
                    for i in range(start, start + %d, 3):
                        libc.bind(s.fileno(), ctypes.c_void_p(8 + i), 16)
                        libc.bind(9000 + i, ctypes.create_string_buffer(16), 16)
                        libc.bind(1, ctypes.create_string_buffer(b'\\x02\\x00\\x20\\x20', 16), 16)

                for i in range(%d):
                    batch(i * %d)
                    print('batch', i + 1)
                    while not os.path.exists(sys.argv[1] + '/go' + str(i + 1)):
                        time.sleep(0.02)
                serve(serving)
                """
                        .formatted(FreePort.tcp(), BATCH, BATCHES, BATCH);
        Path runtime = SupervisorFixture.directory();
        String[] words = PythonServers.python(directory, program, directory.toString());
        try (ChildProcess jvm =
                LoneSupervisor.start(runtime, List.of(), true, 1, new Command(List.of(words)))) {
            Files.createFile(directory.resolve("go1"));
            long first = memoryAfter(jvm, runtime, 2);
            for (int i = 2; i < BATCHES; i++) {
                Files.createFile(directory.resolve("go" + i));
            }
            long last = memoryAfter(jvm, runtime, BATCHES);
            Files.createFile(directory.resolve("go" + BATCHES));
            assertThat(last - first).as(jvm.output().toString()).isLessThan(MOST_BYTES);
            LoneSupervisor.order(runtime, "stop");
            assertThat(jvm.awaitExit(SupervisorFixture.LIMIT)).isZero();
        } finally {
            SupervisorFixture.delete(runtime);
            SupervisorFixture.delete(runtime.resolveSibling(runtime.getFileName() + "-classes"));
        }
    }

    /// The bytes of the supervisor's heap in use after that batch.
    private static long memoryAfter(ChildProcess jvm, Path runtime, int batch) throws Exception {
        jvm.awaitLine(line -> line.endsWith("batch " + batch), SupervisorFixture.LIMIT);
        long before = jvm.output().stream().filter(FailingBindsTest::tells).count();
        LoneSupervisor.order(runtime, "memory");
        Await.until(
                SupervisorFixture.LIMIT,
                () -> jvm.output().stream().filter(FailingBindsTest::tells).count() > before,
                () -> jvm.output().toString());
        String line = jvm.output().stream().filter(FailingBindsTest::tells).toList().getLast();
        return Long.parseLong(line.substring("memory ".length()));
    }

    private static boolean tells(String line) {
        return line.startsWith("memory ");
    }
}
