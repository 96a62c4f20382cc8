package dev.berth.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

final class ProcessEntryTest {
    private static final String REST =
            " S 1 42 41 34816 42 4194304 1 2 3 4 5 6 7 8 20 0 12 0 987654 1000 200"
                    + " 18446744073709551615\n";

    @ParameterizedTest
    @ValueSource(
            strings = {"sleep", "a) R 1 (b", ")", "(", "", " ", "two words", "x)\nS 9 9 (y", "né"})
    void nameMayHoldAnything(String name) {
        assertThat(decode("42 (" + name + ")" + REST))
                .contains(new ProcessEntry(42, 1, 41, 987654, "S", name));
    }

    @Test
    void sessionOutsideOfTheNamespaceIsZero() {
        assertThat(decode("42 (x) R 0 0 0 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0\n"))
                .contains(new ProcessEntry(42, 0, 0, 5, "R", "x"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "42",
                "42 (",
                "42 (x)",
                "42 (x) S",
                "42 (x) S 1 42 41",
                "42 (x) S 1 42 41 34816 42 4194304 1 2 3 4 5 6 7 8 20 0 12 0 9876",
                "(x) S 1 42 41 34816 42 4194304 1 2 3 4 5 6 7 8 20 0 12 0 987654 1\n",
            })
    void anIncompleteEntryGivesNothing(String text) {
        assertThat(decode(text)).isEmpty();
    }

    @Test
    void endedProcessIsAZombie() {
        assertThat(new ProcessEntry(1, 0, 1, 5, "Z", "x").zombie()).isTrue();
        assertThat(new ProcessEntry(1, 0, 1, 5, "S", "x").zombie()).isFalse();
    }

    private static Optional<ProcessEntry> decode(String stat) {
        byte[] bytes = stat.getBytes(StandardCharsets.UTF_8);
        return ProcessEntry.decode(bytes, bytes.length);
    }
}
