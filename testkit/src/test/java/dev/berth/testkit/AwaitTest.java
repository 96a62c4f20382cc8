package dev.berth.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

final class AwaitTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    @Test
    void pollsUntilTheConditionIsTrue() {
        AtomicInteger looks = new AtomicInteger();
        Await.until(LONG, () -> looks.incrementAndGet() == 5, () -> "never");
        assertThat(looks).hasValue(5);
    }

    @Test
    void returnsTheValueThatCame() {
        AtomicInteger looks = new AtomicInteger();
        int value =
                Await.value(
                        LONG,
                        () -> Optional.of(looks.incrementAndGet()).filter(n -> n > 2),
                        () -> "never");
        assertThat(value).isEqualTo(3);
    }

    @Test
    void checksOnceEvenWithoutTime() {
        Await.until(Duration.ZERO, () -> true, () -> "never");
        assertThatThrownBy(() -> Await.until(Duration.ZERO, () -> false, () -> "queue is 3"))
                .isInstanceOf(AssertionError.class)
                .hasMessage("after PT0S: queue is 3");
    }

    @Test
    void failureTextIsComputedAtTheEnd() {
        AtomicInteger looks = new AtomicInteger();
        assertThatThrownBy(
                        () ->
                                Await.until(
                                        Duration.ofMillis(5),
                                        () -> looks.incrementAndGet() < 0,
                                        () -> "looked " + looks.get() + " times"))
                .hasMessage("after PT0.005S: looked " + looks.get() + " times");
    }

    @Test
    void interruptEndsTheWait() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> Await.until(LONG, () -> false, () -> "queue is 3"))
                .hasMessage("interrupted while waiting: queue is 3");
        assertThat(Thread.interrupted()).isTrue();
    }
}
