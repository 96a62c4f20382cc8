package dev.berth.cli.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.testkit.Await;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

final class OrderedOutputTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final List<Integer> results = new CopyOnWriteArrayList<>();

    private static int await(CountDownLatch latch, int result) {
        try {
            assertThat(latch.await(180, TimeUnit.SECONDS)).isTrue();
            return result;
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    @Test
    void aResultIsPassedOnAsSoonAsAllEarlierOnesAreDone() {
        var second = new CountDownLatch(1);
        try (var work = new OrderedOutput<Integer>(2, results::add)) {
            work.submit(() -> 1);
            work.submit(() -> await(second, 2));
            work.submit(() -> 3);
            Await.until(PATIENCE, () -> results.equals(List.of(1)), results::toString);
            second.countDown();
            Await.until(PATIENCE, () -> results.size() == 3, results::toString);
            assertThat(results).containsExactly(1, 2, 3);
        }
    }

    @Test
    void manyResultsKeepTheirOrder() {
        List<Integer> expected = new ArrayList<>();
        try (var work = new OrderedOutput<Integer>(4, results::add)) {
            for (int i = 0; i < 5000; i++) {
                int number = i;
                expected.add(i);
                work.submit(() -> number);
            }
        }
        assertThat(results).isEqualTo(expected);
    }

    @Test
    void anExceptionOfATaskIsThrownAtTheEnd() {
        assertThatThrownBy(
                        () -> {
                            try (var work = new OrderedOutput<Integer>(2, results::add)) {
                                work.submit(() -> Integer.parseInt("x"));
                            }
                        })
                .isInstanceOf(NumberFormatException.class);
    }
}
