package dev.berth.supervise.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.testkit.LeakCheck;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/// Work off the owner's thread, some of which never ends.
@ExtendWith(LeakCheck.class)
@Timeout(60)
final class BackgroundExecutorTest {
    private static final int MOST_THREADS = 3;

    private final CountDownLatch never = new CountDownLatch(1);
    private final List<String> answers = new ArrayList<>();
    private final List<String> late = new ArrayList<>();

    private String stuck() throws InterruptedException {
        never.await();
        return "stuck";
    }

    private void note(BackgroundExecutor.TaskResult<String> answer) {
        answers.add(
                switch (answer) {
                    case BackgroundExecutor.Done<String>(String value) -> value;
                    case BackgroundExecutor.Failed<String>(Exception why) ->
                            "failed: " + why.getMessage();
                    case BackgroundExecutor.TimedOut<String> _ -> "late";
                });
    }

    private void turnUntil(EventLoop loop, int count) throws IOException {
        while (answers.size() < count) {
            loop.turn(EventLoop.NEVER);
        }
    }

    @Test
    void resultsComeBackToTheOwnerThread() throws Exception {
        try (EventLoop loop = new EventLoop(answers::add, Clock.SYSTEM);
                BackgroundExecutor executor =
                        new BackgroundExecutor(loop, "aside", 10_000, MOST_THREADS)) {
            List<Thread> threads = new ArrayList<>();
            executor.submit(
                    () -> "done",
                    answer -> {
                        threads.add(Thread.currentThread());
                        note(answer);
                    });
            executor.submit(
                    () -> {
                        throw new IOException("no");
                    },
                    this::note);
            executor.submit(
                    () -> {
                        throw new StackOverflowError("deep");
                    },
                    this::note);
            turnUntil(loop, 3);
            assertThat(answers)
                    .containsExactly(
                            "done", "failed: no", "failed: java.lang.StackOverflowError: deep");
            assertThat(threads).containsExactly(Thread.currentThread());
        }
    }

    @Test
    void aStuckTaskDelaysOthersOnlyForATickAndIsAbandoned() throws Exception {
        try (EventLoop loop = new EventLoop(answers::add, Clock.SYSTEM);
                BackgroundExecutor executor =
                        new BackgroundExecutor(loop, "aside", 1_000, MOST_THREADS)) {
            executor.submit(this::stuck, this::note, _ -> late.add("came late"));
            executor.submit(() -> "other", this::note);
            turnUntil(loop, 2);
            assertThat(answers).containsExactly("other", "late");
            never.countDown();
            while (late.isEmpty()) {
                loop.turn(EventLoop.NEVER);
            }
            assertThat(answers).hasSize(2);
        }
    }

    @Test
    void ifAllThreadsAreStuckWaitingTasksAreAbandonedToo() throws Exception {
        try (EventLoop loop = new EventLoop(answers::add, Clock.SYSTEM);
                BackgroundExecutor executor =
                        new BackgroundExecutor(loop, "stuck aside", 1_000, MOST_THREADS)) {
            for (int i = 0; i < 10; i++) {
                executor.submit(this::stuck, this::note);
            }
            turnUntil(loop, 10);
            assertThat(answers).containsOnly("late");
            long threads =
                    Thread.getAllStackTraces().keySet().stream()
                            .filter(thread -> thread.getName().equals("stuck aside"))
                            .count();
            assertThat(threads).isEqualTo(MOST_THREADS);
            never.countDown();
        }
    }

    @Test
    void tasksThatNoThreadHasStartedReportThatNoResultWillCome() throws Exception {
        try (EventLoop loop = new EventLoop(answers::add, Clock.SYSTEM);
                BackgroundExecutor executor = new BackgroundExecutor(loop, "aside", 1_000, 1)) {
            executor.submit(this::stuck, this::note, _ -> late.add("stuck"));
            executor.submit(() -> "other", this::note, _ -> late.add("other"));
            turnUntil(loop, 2);
            assertThat(answers).containsOnly("late");
            assertThat(late).containsExactly("other");
            never.countDown();
        }
    }

    @Test
    void noResultIsDeliveredAfterTheEnd() throws Exception {
        try (EventLoop loop = new EventLoop(answers::add, Clock.SYSTEM)) {
            try (BackgroundExecutor executor =
                    new BackgroundExecutor(loop, "aside", 10_000, MOST_THREADS)) {
                executor.submit(this::stuck, this::note, _ -> late.add("given back"));
                never.countDown();
            }
        }
        assertThat(answers).isEmpty();
        assertThat(late).containsExactly("given back");
    }
}
