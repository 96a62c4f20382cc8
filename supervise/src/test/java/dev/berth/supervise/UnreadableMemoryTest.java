package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.sys.Processes;
import dev.berth.sys.Signal;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/// A worker that binds to an address in memory that is never filled.
@RequiresRoot
@RequiresProgram("python3")
@ExtendWith(LeakCheck.class)
final class UnreadableMemoryTest {
    /// Slot 0 reads from such memory in several threads, once it serves.
    private static final String PROGRAM =
            """
            import ctypes, fcntl, mmap, platform, struct
            libc = ctypes.CDLL(None, use_errno=True)
            s = listen(('0.0.0.0', 8080))

            def unfilled():
                number = 323 if platform.machine() == 'x86_64' else 282
                faults = libc.syscall(number, os.O_CLOEXEC)
                if faults < 0:
                    raise OSError(ctypes.get_errno(), 'userfaultfd')
                fcntl.ioctl(faults, 0xc018aa3f, struct.pack('QQQ', 0xaa, 0, 0))
                area = mmap.mmap(-1, 1 << 16)
                at = ctypes.addressof(ctypes.c_char.from_buffer(area))
                fcntl.ioctl(faults, 0xc020aa00, struct.pack('QQQQ', at, 1 << 16, 1, 0))
                return area, at

            def stuck(at):
                libc.bind(tcp().fileno(), ctypes.c_void_p(at), 16)

            if os.environ['BERTH_SLOT'] == '0' and os.environ['BERTH_GENERATION'] == '1':
                area, at = unfilled()
                for i in range(5):
                    threading.Thread(target=stuck, args=(at + 4096 * i,), daemon=True).start()
                print('asked')
            serve(s)
            """;

    @TempDir Path directory;

    @Test
    void holdsUpNeitherTheOtherSlotsNorCommands() throws Exception {
        try (Harbour harbour = Harbour.open(directory)) {
            harbour.start(SampleServers.python(directory, PROGRAM));
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
}
