package dev.berth.testkit;

import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/// Random numbers that can be had again: prints its seed, and takes another from the system
/// property `berth.seed`.
public final class SeededRandom implements RandomGenerator {
    private static final String PROPERTY = "berth.seed";

    private final long seed;
    private final SplittableRandom random;

    private SeededRandom(long seed) {
        this.seed = seed;
        this.random = new SplittableRandom(seed);
    }

    /// A generator with a new seed, or the one that the property names. `purpose` says in the
    /// output what the numbers are for.
    @SuppressWarnings("SystemOut")
    public static SeededRandom create(String purpose) {
        Long wanted = Long.getLong(PROPERTY);
        long seed = wanted == null ? System.nanoTime() : wanted;
        System.out.println(
                purpose + ": seed " + seed + " (again: -D" + PROPERTY + "=" + seed + ")");
        return new SeededRandom(seed);
    }

    /// The generator that has this seed; prints nothing.
    public static SeededRandom of(long seed) {
        return new SeededRandom(seed);
    }

    /// What makes the same numbers again.
    public long seed() {
        return seed;
    }

    /// One of `choices`, each as likely as any other.
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
