package dev.berth.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.time.Duration;

class MachineTimeTest {
    @Test
    void aLimitIsNeverShorterThanClockTime() {
        Duration limit = Duration.ofSeconds(15);
        assertThat(MachineTime.stretched(limit)).isGreaterThanOrEqualTo(limit);
    }

    @Test
    void crowdIsTheNumberOfRunnableThreadsPerCpu() {
        assertThat(MachineTime.crowd("9.70 16.16 19.93 25/2207 27571\n", 2)).isEqualTo(12.5);
        assertThat(MachineTime.crowd("0.00 0.01 0.05 1/180 99\n", 8)).isEqualTo(1);
        assertThat(MachineTime.crowd("something else", 2)).isEqualTo(1);
        assertThat(MachineTime.crowd("", 2)).isEqualTo(1);
    }

    @Test
    void itNeverRunsFasterThanTheClock() {
        long start = System.nanoTime();
        MachineTime time = new MachineTime();
        Await.until(
                Duration.ofMinutes(5), () -> time.nanos() > 20_000_000, () -> "it stands still");
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(20_000_000);
    }
}
