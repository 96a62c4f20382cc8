package dev.berth.sys;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;

@ExtendWith(NoLeaks.class)
class PollTest {
    @Test
    void onlyReadyDescriptorsAreReported() throws ErrnoException {
        try (Fd silent = eventfd(0);
                Fd ready = eventfd(1)) {
            short in = Poll.POLLIN;
            short[] revents = {99, 99, 99};
            int count =
                    Poll.poll(
                            new int[] {silent.number(), ready.number(), -1},
                            new short[] {in, in, in},
                            revents,
                            3,
                            0);

            assertThat(count).isOne();
            assertThat(revents).containsExactly((short) 0, in, (short) 0);
        }
    }

    private static Fd eventfd(int value) throws ErrnoException {
        return Fd.of("eventfd", "", Descriptors.eventfd(value, Descriptors.EFD_CLOEXEC));
    }

    @Test
    void theWaitEndsAtItsTimeout() throws ErrnoException {
        try (Fd silent = eventfd(0)) {
            long start = System.nanoTime();

            assertThat(Poll.poll(silent.number(), Poll.POLLIN, 1_020)).isZero();

            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(1_020_000_000L);
        }
    }

    @Test
    void anEventEndsAWaitWithoutLimit() throws Exception {
        try (Fd fd = eventfd(0)) {
            Thread writer =
                    Thread.ofPlatform()
                            .start(() -> Descriptors.write(fd.number(), one(), 0, Long.BYTES));

            assertThat(Poll.poll(fd.number(), Poll.POLLIN, -1)).isEqualTo(Poll.POLLIN);

            writer.join();
        }
    }

    private static byte[] one() {
        byte[] eight = new byte[Long.BYTES];
        Arrays.fill(eight, (byte) 1);
        return eight;
    }

    @Test
    void aSignalDoesNotEndAWait() throws Exception {
        int self = (int) ProcessHandle.current().pid();
        CompletableFuture<Integer> tid = new CompletableFuture<>();
        try (Fd fd = eventfd(0)) {
            FutureTask<Integer> waiting =
                    new FutureTask<>(
                            () -> {
                                tid.complete(Processes.gettid());
                                return Poll.poll(fd.number(), Poll.POLLIN, 30_000);
                            });
            Thread.ofPlatform().start(waiting);
            for (int i = 0; i < 5; i++) {
                awaitPoll(tid.get());
                // HotSpot handles SIGPIPE by doing nothing
                long sent = Kernel.call(Syscall.TGKILL, self, tid.get(), Signal.PIPE.number());
                assertThat(sent).isZero();
            }
            awaitPoll(tid.get());
            Descriptors.write(fd.number(), one(), 0, Long.BYTES);
            assertThat(waiting.get()).isEqualTo(Poll.POLLIN);
        }
    }

    private static void awaitPoll(int tid) throws Exception {
        Path syscall = Path.of("/proc/self/task/" + tid + "/syscall");
        String expected = Syscall.PPOLL.number() + " ";
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (!Files.readString(syscall).startsWith(expected)) {
            assertThat(System.nanoTime()).as("deadline to be in ppoll").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void aClosedDescriptorIsReportedAsSuch() throws ErrnoException {
        int gone = eventfd(0).release();
        Descriptors.close(gone);

        assertThat(Poll.poll(gone, Poll.POLLIN, 0)).isEqualTo(Poll.POLLNVAL);
    }

    @Test
    void aPipesHangUpIsReportedWithoutBeingAskedFor() {
        int[] ends = new int[2];
        Descriptors.pipe2(ends, Descriptors.O_CLOEXEC);
        try (Fd read = new Fd(ends[0])) {
            Descriptors.close(ends[1]);

            assertThat(Poll.poll(read.number(), (short) 0, 0)).isEqualTo(Poll.POLLHUP);
        }
    }

    @Test
    void manyDescriptorsAndThenFewAreWaitedFor() throws ErrnoException {
        try (Fd ready = eventfd(1)) {
            int[] fds = new int[500];
            short[] events = new short[500];
            short[] revents = new short[500];
            Arrays.fill(fds, ready.number());
            Arrays.fill(events, Poll.POLLIN);

            assertThat(Poll.poll(fds, events, revents, 500, 0)).isEqualTo(500);
            assertThat(revents).containsOnly(Poll.POLLIN);
            assertThat(Poll.poll(fds, events, revents, 2, 0)).isEqualTo(2);
            assertThat(Poll.poll(fds, events, revents, 0, 0)).isZero();
        }
    }
}
