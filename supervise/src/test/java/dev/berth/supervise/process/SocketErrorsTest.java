package dev.berth.supervise.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// What is remembered about failures.
final class SocketErrorsTest {
    private final SocketErrors socketErrors = new SocketErrors();

    @Test
    void theFirstOfItsKindIsNews() {
        assertThat(socketErrors.add("a", "first", 0)).isTrue();
        assertThat(socketErrors.add("a", "second", 1)).isFalse();
        assertThat(socketErrors.last()).contains("first");
    }

    @Test
    void aRepeatedKindIsReportedLessAndLessOftenWithItsCount() {
        socketErrors.add("a", "it failed", 0);
        int said = 0;
        long hour = 3_600_000;
        for (long now = 1; now <= hour; now++) {
            socketErrors.add("a", "it failed", now);
            said += socketErrors.repeated("a", now).isPresent() ? 1 : 0;
        }
        assertThat(said).isBetween(5, 10);
        assertThat(socketErrors.repeated("a", 10 * hour))
                .contains("it failed (" + (hour + 1) + " times so far)");
    }

    @Test
    void onlyAFewKindsAreKept() {
        int news = 0;
        for (int i = 0; i < 100_000; i++) {
            String kind = "kind " + i;
            news += socketErrors.add(kind, kind + "x".repeat(2000), i) ? 1 : 0;
            assertThat(socketErrors.last().orElseThrow().length())
                    .isLessThan(SocketErrors.MOST_CHARACTERS + 10);
        }
        assertThat(news).isEqualTo(SocketErrors.MOST_KINDS + 1);
        assertThat(socketErrors.why("kind 99999")).isEmpty();
    }

    @Test
    void anExplanationReplacesTheEarlierText() {
        socketErrors.add("a", "in use", 0);
        socketErrors.expectExplanation("a");
        assertThat(socketErrors.explanationExpected()).isTrue();
        socketErrors.explain("a", "in use by pid 1");
        assertThat(socketErrors.explanationExpected()).isFalse();
        assertThat(socketErrors.last()).contains("in use by pid 1");
    }
}
