package dev.berth.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.testkit.SeededRandom;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// Over a million inputs: none makes the parser throw, and no answer ever changes.
class FirstBytesFuzzTest {
    private static final int INPUTS = 1_200_000;

    private enum Kind {
        NEED_MORE,
        OTHER,
        FOUND
    }

    private final SeededRandom random = SeededRandom.create("first bytes");
    private final Map<Kind, Integer> kinds = new EnumMap<>(Kind.class);

    @Test
    void noInputMakesItThrowOrChangeItsMind() throws Exception {
        List<byte[]> samples = SampleBytes.all();
        for (int i = 0; i < INPUTS; i++) {
            byte[] input = i % 8 == 0 ? random() : mutated(random.pick(samples));
            FirstBytes whole = FirstBytes.read(input, input.length);
            kinds.merge(kind(whole), 1, Integer::sum);
            int cut = random.nextInt(input.length + 1);
            FirstBytes part = FirstBytes.read(input, cut);
            if (part != FirstBytes.NEED_MORE && !part.equals(whole)) {
                assertThat(part)
                        .as("%s %s of %s", random, cut, Arrays.toString(input))
                        .isEqualTo(whole);
            }
        }
        assertThat(kinds).containsOnlyKeys(Kind.values());
        assertThat(kinds.values()).allMatch(count -> count > INPUTS / 100);
    }

    private static Kind kind(FirstBytes first) {
        return switch (first) {
            case FirstBytes.NeedMore _ -> Kind.NEED_MORE;
            case FirstBytes.Other _ -> Kind.OTHER;
            case FirstBytes.Tls _,
                    FirstBytes.Http1 _,
                    FirstBytes.Http2 _,
                    FirstBytes.Ssh _,
                    FirstBytes.Proxy _ ->
                    Kind.FOUND;
        };
    }

    private byte[] random() {
        byte[] bytes = new byte[random.nextInt(200)];
        random.nextBytes(bytes);
        if (bytes.length > 3 && random.nextBoolean()) {
            bytes[0] = 22;
            bytes[1] = 3;
        }
        return bytes;
    }

    private byte[] mutated(byte[] sample) {
        int length = random.nextInt(4) == 0 ? random.nextInt(sample.length + 1) : sample.length;
        byte[] bytes = Arrays.copyOf(sample, length);
        int changes = random.nextInt(4);
        for (int i = 0; i < changes && length > 0; i++) {
            int at = random.nextInt(random.nextBoolean() ? length : Math.min(length, 60));
            bytes[at] =
                    switch (random.nextInt(4)) {
                        case 0 -> 0;
                        case 1 -> (byte) 0xff;
                        case 2 -> (byte) (bytes[at] ^ 1 << random.nextInt(8));
                        default -> (byte) random.nextInt(256);
                    };
        }
        return bytes;
    }
}
