package dev.berth.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/// Texts of /proc about what a process is doing: CPU time, the run queue, Unix sockets.
final class WorkerLookTest {
    private static final int SELF = (int) ProcessHandle.current().pid();

    @Test
    void cpuTimeIsThatOfTheProcessAndOfItsThreads() {
        String stat = "42 (a) b) S 1 42 42 0 -1 4194560 1 2 3 4 150 25 7 8 20 0 1 0 100";
        assertThat(CpuTime.used(stat)).isEqualTo(1_750);
        assertThat(CpuTime.used("42 (a) S 1")).isZero();
        assertThat(CpuTime.waited("5000000 1234000000 9\n")).isEqualTo(1_234);
        assertThat(CpuTime.waited("")).isZero();
        assertThat(CpuTime.of(List.of(SELF)).usedMillis()).isPositive();
        assertThat(CpuTime.of(List.of()).usedMillis()).isZero();
    }

    @Test
    void theRunQueueIsReadWithTheCpus() {
        RunQueue queue =
                RunQueue.decode("0.42 0.40 0.35 25/300 4711\n", "cpu  1 2\ncpu0 1 2\ncpu1 1 2\n");
        assertThat(queue).isEqualTo(new RunQueue(25, 2));
        assertThat(queue.crowded()).isTrue();
        assertThat(RunQueue.decode("", "")).isEqualTo(new RunQueue(0, 1));
        assertThat(RunQueue.now().runnable()).isPositive();
    }

    @Test
    void unixSocketsThatListenAreFoundByTheirInode() {
        String table =
                """
                Num       RefCount Protocol Flags    Type St Inode Path
                00000000a: 00000002 00000000 00010000 0001 01 71 /run/a b.sock
                00000000b: 00000003 00000000 00000000 0001 03 72 /run/c.sock
                00000000c: 00000002 00000000 00010000 0001 01    73 @abstract
                00000000d: 00000002 00000000 00010000 0001 01 74
                nonsense
                """;
        assertThat(UnixListeners.decode(table, Set.of(71L, 72L, 73L, 74L)))
                .containsExactly("/run/a b.sock", "@abstract");
        assertThat(UnixListeners.decode(table, Set.of())).isEmpty();
    }

    @Test
    void aUnixSocketOfThisProcessIsSeen() throws Exception {
        Path path = Files.createTempDirectory("unix").resolve("s");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(path));
            assertThat(UnixListeners.of(Holders.of(List.of(SELF)).keySet()))
                    .contains(path.toString());
        } finally {
            Files.deleteIfExists(path);
            Files.deleteIfExists(path.getParent());
        }
    }
}
