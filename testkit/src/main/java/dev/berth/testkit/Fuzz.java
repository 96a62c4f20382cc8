package dev.berth.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/// Checks a property on a million inputs, most of them valid inputs with small defects.
///
/// The run ends early after a minute. It fails if the property throws, or if one input takes
/// minutes. Either failure names the input, in hexadecimal digits.
public final class Fuzz {
    /// The maximum number of inputs of a run.
    public static final int INPUTS = 1_000_000;

    private static final Duration HANG = Duration.ofMinutes(2);
    private static final int MOST_BREAKS = 4;
    private static final int MOST_INSERTED = 24;
    private static final byte[] TELLING = {0, 1, 3, 4, 16, 72, 127, (byte) 128, (byte) 255, '\n'};

    /// A property that must hold for every input.
    @FunctionalInterface
    public interface Property {
        /// Throws if the property does not hold.
        void check(byte[] input) throws Exception;
    }

    private final String name;
    private final List<byte[]> examples;
    private final SeededRandom random;
    private Duration time = Duration.ofSeconds(60);
    private final AtomicLong checked = new AtomicLong();
    private final AtomicReference<byte[]> current = new AtomicReference<>(new byte[0]);
    private final AtomicReference<Optional<Throwable>> failure =
            new AtomicReference<>(Optional.empty());

    /// Fails if `holds` is false: cheaper than a described assertion, for millions of inputs.
    public static void require(boolean holds, Object what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    private Fuzz(String name, List<byte[]> examples) {
        this.name = name;
        this.examples = List.copyOf(examples);
        this.random = SeededRandom.create("fuzz " + name);
    }

    /// Derives inputs from `examples`; prints the seed.
    public static Fuzz of(String name, List<byte[]> examples) {
        return new Fuzz(name, examples);
    }

    /// Like [#of], for texts with one byte per character.
    public static Fuzz ofTexts(String name, String... examples) {
        return of(name, Arrays.stream(examples).map(text -> text.getBytes(ISO_8859_1)).toList());
    }

    /// Changes the time after which the run ends, for properties that take long per input.
    public Fuzz within(Duration limit) {
        time = limit;
        return this;
    }

    /// Runs the check and prints the number of inputs.
    ///
    /// @throws AssertionError with the input for which `property` threw or did not finish
    public void check(Property property) throws InterruptedException {
        long start = System.nanoTime();
        Thread worker =
                Thread.ofPlatform()
                        .daemon()
                        .name("fuzz")
                        .start(() -> run(property, start + time.toNanos()));
        long before = -1;
        while (!worker.join(HANG)) {
            if (before == checked.get()) {
                var stuck = new AssertionError(described("does not end"));
                stuck.setStackTrace(worker.getStackTrace());
                throw stuck;
            }
            before = checked.get();
        }
        failure.get()
                .ifPresent(
                        thrown -> {
                            throw new AssertionError(described("breaks it"), thrown);
                        });
        report((System.nanoTime() - start) / 1e9);
    }

    @SuppressWarnings("SystemOut")
    private void report(double seconds) {
        System.out.printf("fuzz %s: %,d inputs in %.1f s%n", name, checked.get(), seconds);
    }

    private String described(String what) {
        byte[] input = current.get();
        return "fuzz %s, %s, input %d of %d bytes %s: %s (%s)"
                .formatted(
                        name,
                        random,
                        checked.get(),
                        input.length,
                        what,
                        HexFormat.of().formatHex(input),
                        new String(input, ISO_8859_1).replaceAll("[^ -~]", "."));
    }

    private void run(Property property, long end) {
        try {
            while (checked.get() < INPUTS && System.nanoTime() - end < 0) {
                byte[] input = next();
                current.set(input);
                property.check(input);
                checked.incrementAndGet();
            }
        } catch (Throwable thrown) {
            // Catches errors too: stack overflows are among the faults sought.
            failure.set(Optional.of(thrown));
        }
    }

    private byte[] next() {
        byte[] input = random.pick(examples);
        // One input in sixteen is left unchanged, and one in sixteen is pure noise.
        int kind = random.nextInt(16);
        if (kind == 0) {
            return input.clone();
        }
        if (kind == 1) {
            byte[] noise = new byte[random.nextInt(64)];
            random.nextBytes(noise);
            return noise;
        }
        for (int breaks = 1 + random.nextInt(MOST_BREAKS); breaks > 0; breaks--) {
            input = broken(input);
        }
        return input;
    }

    /// A copy in which bytes are changed, removed, or duplicated.
    private byte[] broken(byte[] input) {
        int at = random.nextInt(input.length + 1);
        int end = at + random.nextInt(Math.min(input.length - at, MOST_INSERTED) + 1);
        return switch (random.nextInt(6)) {
            case 0 -> joined(input, at, random.nextInt(16) == 0 ? input.length : end, new byte[0]);
            case 1 -> joined(input, at, at, Arrays.copyOfRange(input, at, end));
            case 2 -> joined(input, at, end, piece());
            case 3 -> joined(input, at, at, piece());
            default -> changed(input, at);
        };
    }

    /// A part of one of the examples.
    private byte[] piece() {
        byte[] other = random.pick(examples);
        int from = random.nextInt(other.length + 1);
        int most = Math.min(other.length - from, MOST_INSERTED);
        return Arrays.copyOfRange(other, from, from + random.nextInt(most + 1));
    }

    private byte[] changed(byte[] input, int at) {
        byte[] copy = input.clone();
        if (at < copy.length) {
            boolean bit = random.nextBoolean();
            copy[at] =
                    bit
                            ? (byte) (copy[at] ^ 1 << random.nextInt(8))
                            : TELLING[random.nextInt(TELLING.length)];
        }
        return copy;
    }

    /// Replaces the bytes from `at` to `end` with `insert`.
    private static byte[] joined(byte[] input, int at, int end, byte[] insert) {
        byte[] copy = new byte[input.length - (end - at) + insert.length];
        System.arraycopy(input, 0, copy, 0, at);
        System.arraycopy(insert, 0, copy, at, insert.length);
        System.arraycopy(input, end, copy, at + insert.length, input.length - end);
        return copy;
    }
}
