package dev.berth.lab;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;

class ExpectationsTest {
    @Test
    void everyShippedScenarioHasItsVerdictOnRecord() throws IOException {
        Expectations recorded = Expectations.of(Scenarios.resource("expected.toml"), "6.18.1");
        assertThat(recorded.known()).isTrue();
        assertThat(Scenarios.shipped()).allMatch(s -> recorded.of(s.name()).isPresent());
    }

    @Test
    void nothingIsKnownAboutAnotherSeries() throws IOException {
        Expectations none = Expectations.of(Scenarios.resource("expected.toml"), "99.0.0");
        assertThat(none.known()).isFalse();
        assertThat(none.of("second-bind")).isEmpty();
    }
}
