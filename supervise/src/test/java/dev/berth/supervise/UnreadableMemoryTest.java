package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.sys.Processes;
import dev.berth.sys.Signal;
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

/// A worker that passes bind(2) an address in memory that is never filled, or waits for connections
/// with a list in such memory.
@RequiresRoot
@RequiresProgram("python3")
@ExtendWith(LeakCheck.class)
final class UnreadableMemoryTest {
    private static final String MEMORY =
            """
            import ctypes, fcntl, mmap, platform, struct
            libc = ctypes.CDLL(None, use_errno=True)
            s = listen(('0.0.0.0', 8080))

            def unfilled(beginning):
                number = 323 if platform.machine() == 'x86_64' else 282
                faults = libc.syscall(number, os.O_CLOEXEC)
                if faults < 0:
                    raise OSError(ctypes.get_errno(), 'userfaultfd')
                fcntl.ioctl(faults, 0xc018aa3f, struct.pack('QQQ', 0xaa, 0, 0))
                area = mmap.mmap(-1, 1 << 16, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
                area.write(beginning)
                at = ctypes.addressof(ctypes.c_char.from_buffer(area))
                fcntl.ioctl(faults, 0xc020aa00, struct.pack('QQQQ', at, 1 << 16, 1, 0))
                return area, at
            """;

    /// Slot 0 reads from such memory in several threads, once it serves.
    private static final String BINDS =
            MEMORY
                    + """
                    def stuck(at):
                        libc.bind(tcp().fileno(), ctypes.c_void_p(at), 16)

                    if os.environ['BERTH_SLOT'] == '0' and os.environ['BERTH_GENERATION'] == '1':
                        area, at = unfilled(b'')
                        for i in range(5):
                            threading.Thread(target=stuck, args=(at + 4096 * i,), daemon=True).start()
                        print('asked')
                    serve(s)
                    """;

    /// The second worker of each slot waits in poll(2), and then unmaps its list.
    private static final String POLLS =
            MEMORY
                    + """
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

    @TempDir Path directory;

    @Test
    void delaysNeitherTheOtherSlotsNorCommands() throws Exception {
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory)) {
            supervisor.start(PythonServers.python(directory, BINDS));
            supervisor.await("slot 0 to ask", () -> supervisor.printed().contains("0.1 asked"));
            supervisor.awaitSaid("could not be read from its memory");
            assertThat(supervisor.status().slots()).hasSize(2);

            int other = supervisor.pid(1);
            Processes.kill(other, Signal.KILL.number());
            supervisor.await(
                    "another worker in slot 1",
                    () ->
                            supervisor.slot(1).generation() > 1
                                    && supervisor.slot(1).pid().isPresent());
            supervisor.awaitReady();
            assertThat(supervisor.slots("127.0.0.1", NamespacedSupervisor.PORT))
                    .containsExactlyInAnyOrder(0, 1);
            assertThat(supervisor.said().lines().filter(line -> line.contains("its memory")))
                    .hasSizeLessThan(3);
            supervisor.stop();
        }
    }

    @Test
    void aNewVersionsUnreadableListDelaysNothingDuringTheAcceptCheck() throws Exception {
        try (NamespacedSupervisor supervisor = NamespacedSupervisor.open(directory)) {
            supervisor.start(PythonServers.python(directory, POLLS));
            CompletableFuture<RequestResult> roll =
                    supervisor.begin(
                            new Request.Roll(Optional.empty(), Map.of(), OptionalInt.of(0), false));
            supervisor.await(
                    "an answer during the check",
                    () ->
                            supervisor.slot(0).generation() == 1
                                    && supervisor.slot(1).pid().isPresent());
            supervisor.await("the roll's end", roll::isDone);
            assertThat(roll.get().text()).isEqualTo("rolled 1 slot");
            assertThat(supervisor.slot(0).generation()).isEqualTo(2);
            supervisor.stop();
        }
    }
}
