package dev.berth.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

/// Compares forecasts with what then happened.
final class ForecastTally {
    private static final int MOST_NAMED = 5;

    private final String what;
    private final List<String> lies = new ArrayList<>();
    private int situations;
    private int attempts;
    private int agreed;
    private int certain;
    private int refused;

    ForecastTally(String what) {
        this.what = what;
    }

    void situation() {
        situations++;
    }

    /// @param forecast what was predicted
    /// @param real what happened, as `OK OK`, `EADDRINUSE`
    /// @param scene the situation, for people
    void add(BindForecast forecast, String real, String scene) {
        String told = Attempt.told(forecast);
        attempts++;
        certain += forecast.certain() ? 1 : 0;
        refused += real.contains("E") ? 1 : 0;
        if (told.equals(real)) {
            agreed++;
            return;
        }
        if (forecast.certain()) {
            lies.add("told " + told + ", was " + real + ": " + forecast + " at " + scene);
        }
    }

    int situations() {
        return situations;
    }

    int attempts() {
        return attempts;
    }

    int certain() {
        return certain;
    }

    int refused() {
        return refused;
    }

    /// Fails if a certain forecast was wrong.
    void assertTruthful() {
        assertThat(lies.stream().limit(MOST_NAMED)).as(what).isEmpty();
    }

    @Override
    public String toString() {
        return "%s: %d situations, %d attempts, %d agreed, %d certain, %d certain and wrong, %d refused"
                .formatted(what, situations, attempts, agreed, certain, lies.size(), refused);
    }
}
