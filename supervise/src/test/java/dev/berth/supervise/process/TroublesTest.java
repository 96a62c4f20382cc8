package dev.berth.supervise.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// What is remembered about failures.
final class TroublesTest {
    private final Troubles troubles = new Troubles();

    @Test
    void theFirstOfItsKindIsNews() {
        assertThat(troubles.add("a", "first", 0)).isTrue();
        assertThat(troubles.add("a", "second", 1)).isFalse();
        assertThat(troubles.last()).contains("first");
    }

    @Test
    void aRepeatedKindIsReportedLessAndLessOftenWithItsCount() {
        troubles.add("a", "it failed", 0);
        int said = 0;
        long hour = 3_600_000;
        for (long now = 1; now <= hour; now++) {
            troubles.add("a", "it failed", now);
            said += troubles.again("a", now).isPresent() ? 1 : 0;
        }
        assertThat(said).isBetween(5, 10);
        assertThat(troubles.again("a", 10 * hour))
                .contains("it failed (" + (hour + 1) + " times so far)");
    }

    @Test
    void onlyAFewKindsAreKept() {
        int news = 0;
        for (int i = 0; i < 100_000; i++) {
            String kind = "kind " + i;
            news += troubles.add(kind, kind + "x".repeat(2000), i) ? 1 : 0;
            assertThat(troubles.last().orElseThrow().length())
                    .isLessThan(Troubles.MOST_CHARACTERS + 10);
        }
        assertThat(news).isEqualTo(Troubles.MOST_KINDS + 1);
        assertThat(troubles.why("kind 99999")).isEmpty();
    }

    @Test
    void anExplanationReplacesTheEarlierText() {
        troubles.add("a", "in use", 0);
        troubles.await("a");
        assertThat(troubles.awaited()).isTrue();
        troubles.explain("a", "in use by pid 1");
        assertThat(troubles.awaited()).isFalse();
        assertThat(troubles.last()).contains("in use by pid 1");
    }

    @Test
    void aFalseAlarmIsForgotten() {
        troubles.add("a", "a real one", 0);
        troubles.add("b", "none", 0);
        troubles.drop("b");
        assertThat(troubles.last()).contains("a real one");
        troubles.drop("a");
        assertThat(troubles.last()).isEmpty();
    }
}
