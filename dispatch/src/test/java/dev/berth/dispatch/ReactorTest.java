package dev.berth.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.testkit.Await;
import dev.berth.testkit.LeakCheck;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

@ExtendWith(LeakCheck.class)
class ReactorTest {
    @Test
    void tasksPostedAtAnyMomentAreRun() throws Exception {
        List<Throwable> failures = new ArrayList<>();
        AtomicInteger done = new AtomicInteger();
        AtomicBoolean over = new AtomicBoolean();
        try (Reactor reactor = new Reactor(failures::add)) {
            Thread loop =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        while (!over.get()) {
                                            reactor.turn();
                                        }
                                    });
            for (int i = 1; i <= 20_000; i++) {
                reactor.post(done::incrementAndGet);
                if (i % 3 == 0) {
                    int all = i;
                    Await.until(
                            TestWorker.LIMIT, () -> done.get() == all, () -> done + " of " + all);
                }
            }
            reactor.post(() -> over.set(true));
            loop.join(TestWorker.LIMIT);
            assertThat(loop.isAlive()).isFalse();
        }
        assertThat(failures).isEmpty();
    }

    @Test
    void aFailureIsReportedAndTheNextTimerStillRuns() throws Exception {
        List<Throwable> failures = new ArrayList<>();
        List<String> done = new ArrayList<>();
        try (Reactor reactor = new Reactor(failures::add)) {
            long now = Reactor.now();
            reactor.at(now + 1_000_000, () -> done.add("second"));
            reactor.at(now, () -> done.add("first"));
            reactor.post(
                    () -> {
                        throw new IllegalStateException("on purpose");
                    });
            while (done.size() < 2) {
                reactor.turn();
            }
        }
        assertThat(done).containsExactly("first", "second");
        assertThat(failures).singleElement().isInstanceOf(IllegalStateException.class);
    }
}
