package dev.berth.supervise.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.Timeouts;
import dev.berth.supervise.contract.Timing;
import dev.berth.testkit.SeededRandom;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Random histories; the rules must hold after every step.
class TransitionWalkTest {
    private static final int WALKS = 2_000;
    private static final int TAIL = 60;

    @Test
    void theRulesHoldInEveryHistoryAndAllRecoversInTheEnd() {
        SeededRandom seeds = SeededRandom.create("transition walk");
        for (int walk = 0; walk < WALKS; walk++) {
            walk(seeds.nextLong());
        }
    }

    private static void walk(long seed) {
        SeededRandom random = SeededRandom.of(seed);
        SimulatedWorkers world =
                new SimulatedWorkers(random, settings(random), 1 + random.nextInt(4));
        try {
            int steps = random.nextInt(150);
            for (int step = 0; step < steps && !world.over(); step++) {
                world.happen();
            }
            world.calm();
            if (!world.over()) {
                world.rules().rest(world.state());
                world.ask(new Request.Stop());
                world.calm();
            }
            assertThat(world.over()).as("quit after a stop").isTrue();
        } catch (AssertionError | RuntimeException broken) {
            List<String> log = world.log();
            int from = Math.max(0, log.size() - TAIL);
            throw new AssertionError(
                    "walk " + seed + ":\n" + String.join("\n", log.subList(from, log.size())),
                    broken);
        }
    }

    private static Settings settings(SeededRandom random) {
        Timeouts timeouts =
                new Timeouts(
                        Duration.ofMillis(random.nextInt(2) * 1_000L),
                        Duration.ofSeconds(random.nextInt(2) * 30L + 5),
                        Duration.ofSeconds(random.nextInt(2) * 10L),
                        Settings.IDLE,
                        Duration.ofSeconds(random.nextInt(2) * 30L),
                        Duration.ofSeconds(random.nextInt(2) * 10L));
        Optional<Duration> stagger =
                random.nextInt(3) == 0
                        ? Optional.of(Duration.ofSeconds(random.nextInt(4)))
                        : Optional.empty();
        return new Settings(
                new Timing(timeouts, stagger, Duration.ofSeconds(random.nextInt(3) * 5L)),
                random.pick(List.of(Settings.Ready.values())),
                random.nextInt(4) > 0,
                Duration.ofSeconds(random.nextInt(2) * 3L),
                random.nextInt(4) == 0);
    }
}
