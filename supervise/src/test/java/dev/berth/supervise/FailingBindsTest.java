package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/// A worker whose calls of bind(2) fail without end.
@RequiresRoot
@RequiresProgram("python3")
@ExtendWith(LeakCheck.class)
final class FailingBindsTest {
    /// What no program could count as answers to its failing binds.
    private static final int MOST_LINES = 60;

    @TempDir Path directory;

    @Test
    void thousandsOfThemInSeveralWaysAreFewLinesAndTheWorkerServes() throws Exception {
        try (Harbour harbour = Harbour.open(directory).workers(1)) {
            harbour.start(
                    SampleServers.python(
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
            harbour.await(
                    "its counts",
                    () ->
                            harbour.printed().stream()
                                    .anyMatch(l -> l.contains("failed 2000 2000 2000")));
            assertThat(harbour.said().lines().count()).as(harbour.said()).isLessThan(MOST_LINES);
            assertThat(harbour.said()).doesNotContain("process_vm_readv").doesNotContain("EBADF");
            assertThat(harbour.ask("127.0.0.1", Harbour.PORT)).startsWith("0.1 ");
            harbour.stop();
        }
    }
}
