package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Outcome;
import dev.berth.supervise.contract.Request;
import dev.berth.sys.Processes;
import dev.berth.sys.Signal;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;

/// A worker that binds to an address in memory that is never filled, or waits for connections by a
/// list in such memory.
@RequiresRoot
@RequiresProgram("python3")
@ExtendWith(LeakCheck.class)
final class UnreadableMemoryTest {
    private static final String MEMORY =
            """
            import ctypes, fcntl, mmap, platform, struct
            libc = ctypes.CDLL(None, use_errno=True)

            def register(at, length):
                number = 323 if platform.machine() == 'x86_64' else 282
                faults = libc.syscall(number, os.O_CLOEXEC)
                if faults < 0:
                    raise OSError(ctypes.get_errno(), 'userfaultfd')
                fcntl.ioctl(faults, 0xc018aa3f, struct.pack('QQQ', 0xaa, 0, 0))
                fcntl.ioctl(faults, 0xc020aa00, struct.pack('QQQQ', at, length, 1, 0))

            def unfilled(beginning):
                area = mmap.mmap(-1, 1 << 16, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
                area.write(beginning)
                at = ctypes.addressof(ctypes.c_char.from_buffer(area))
                register(at, 1 << 16)
                return area, at
            """;

    /// Slot 0 reads from such memory in several threads, once it serves.
    private static final String BINDS =
            MEMORY
                    + """
                    s = listen(('0.0.0.0', 8080))

                    def stuck(at):
                        libc.bind(tcp().fileno(), ctypes.c_void_p(at), 16)

                    if os.environ['BERTH_SLOT'] == '0' and os.environ['BERTH_GENERATION'] == '1':
                        area, at = unfilled(b'')
                        for i in range(5):
                            threading.Thread(target=stuck, args=(at + 4096 * i,), daemon=True).start()
                        print('asked')
                    serve(s)
                    """;

    /// The second one of each slot waits in poll(2), and then takes its list away.
    private static final String POLLS =
            MEMORY
                    + """
                    s = listen(('0.0.0.0', 8080))
                    if os.environ['BERTH_GENERATION'] == '1':
                        serve(s)
                    area, at = unfilled(struct.pack('iHH', s.fileno(), 1, 0))
                    waits = threading.Thread(target=libc.poll, args=(ctypes.c_void_p(at), 1, -1), daemon=True)
                    waits.start()
                    call = '/proc/self/task/%d/syscall' % waits.native_id
                    while open(call).read().split()[0] not in ('7', '73'): time.sleep(0.001)
                    area.madvise(mmap.MADV_DONTNEED)
                    time.sleep(600)
                    """;

    /// Has an orphan whose environment is in such memory.
    private static final String HIDES =
            MEMORY
                    + """
                    def hide():
                        stat = open('/proc/self/stat').read()
                        start, end = map(int, stat[stat.rindex(')'):].split()[48:50])
                        low = (start + mmap.PAGESIZE - 1) & -mmap.PAGESIZE
                        length = (end & -mmap.PAGESIZE) - low
                        libc.mmap.restype = ctypes.c_void_p
                        over = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x10
                        assert libc.mmap(ctypes.c_void_p(low), ctypes.c_size_t(length), 3, over, -1, 0) == low
                        register(low, length)

                    hidden, said = os.pipe()
                    if os.fork() == 0:
                        if os.fork() == 0:
                            os.setsid()
                            hide()
                            os.write(said, b'!')
                            while True: time.sleep(1)
                        os.read(hidden, 1)
                        os._exit(0)
                    os.wait()
                    print('hidden', flush=True)
                    """;

    @TempDir Path directory;

    @Test
    void holdsUpNeitherTheOtherSlotsNorCommands() throws Exception {
        try (Harbour harbour = Harbour.open(directory)) {
            harbour.start(SampleServers.python(directory, BINDS));
            harbour.await("slot 0 to ask", () -> harbour.printed().contains("0.1 asked"));
            harbour.awaitSaid("cannot be read from its memory");
            assertThat(harbour.status().slots()).hasSize(2);

            int other = harbour.pid(1);
            Processes.kill(other, Signal.KILL.number());
            harbour.await(
                    "another worker in slot 1",
                    () -> harbour.slot(1).generation() > 1 && harbour.slot(1).pid().isPresent());
            harbour.awaitReady();
            assertThat(harbour.slots("127.0.0.1", Harbour.PORT)).containsExactlyInAnyOrder(0, 1);
            assertThat(harbour.said().lines().filter(line -> line.contains("its memory")))
                    .hasSizeLessThan(3);
            harbour.stop();
        }
    }

    @Test
    void ofANewVersionHoldsUpNobodyWhileItIsLookedWhetherThatAccepts() throws Exception {
        try (Harbour harbour = Harbour.open(directory)) {
            harbour.start(SampleServers.python(directory, POLLS));
            CompletableFuture<Outcome> roll =
                    harbour.begin(
                            new Request.Roll(Optional.empty(), Map.of(), OptionalInt.of(0), false));
            harbour.await(
                    "an answer while it is looked",
                    () -> harbour.slot(0).generation() == 1 && harbour.slot(1).pid().isPresent());
            harbour.await("the roll's end", roll::isDone);
            assertThat(roll.get().text()).isEqualTo("rolled 1 slot");
            assertThat(harbour.slot(0).generation()).isEqualTo(2);
            harbour.stop();
        }
    }

    @Test
    void ofAnOrphanHoldsUpNobodyWhoseItIs() throws Exception {
        Rig.Setup setup =
                new Rig.Setup()
                        .cgroups(false)
                        .environment("FILLER", "x".repeat(120_000))
                        .command(
                                Programs.server(
                                        FreePort.tcp(),
                                        "import os, socket, threading, time" + "\n" + HIDES));
        try (Rig rig = Rig.start(setup)) {
            rig.awaitReady();
            rig.printed("hidden");
            GuardTest.afterThePatrol(rig.runtime);
            rig.said("it was started again");
            int before = rig.pid(0);
            Processes.kill(before, Signal.KILL.number());
            rig.await(() -> rig.slot(0).pid().orElse(before) != before);
        }
    }
}
