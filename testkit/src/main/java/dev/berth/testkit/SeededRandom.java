package dev.berth.testkit;

import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/// Reproducible random numbers: prints its seed, and accepts a given seed through the system
/// property `berth.seed`.
public final class SeededRandom implements RandomGenerator {
    private static final String PROPERTY = "berth.seed";

    private final long seed;
    private final SplittableRandom random;

    private SeededRandom(long seed) {
        this.seed = seed;
        this.random = new SplittableRandom(seed);
    }

    /// A generator with a new seed, or with the one that the property gives. `purpose` is printed
    /// with the seed.
    @SuppressWarnings("SystemOut")
    public static SeededRandom create(String purpose) {
        Long wanted = Long.getLong(PROPERTY);
        long seed = wanted == null ? System.nanoTime() : wanted;
        System.out.println(
                purpose + ": seed " + seed + " (repeat with -D" + PROPERTY + "=" + seed + ")");
        return new SeededRandom(seed);
    }

    /// A generator with this seed; prints nothing.
    public static SeededRandom of(long seed) {
        return new SeededRandom(seed);
    }

    /// The seed, which reproduces the same numbers.
    public long seed() {
        return seed;
    }

    /// One of `choices`, with equal probability.
    public <T> T pick(List<T> choices) {
        return choices.get(nextInt(choices.size()));
    }

    @Override
    public long nextLong() {
        return random.nextLong();
    }

    @Override
    public String toString() {
        return "seed " + seed;
    }
}
