package dev.berth.lab;

import java.util.Map;
import java.util.Objects;

/// What one named step measured.
///
/// @param name the step's
/// @param figures single numbers, as `lost` or `chi2`
/// @param counts how many went where, by the socket's name; empty for most
public record Measurement(String name, Map<String, Double> figures, Map<String, Integer> counts) {
    public Measurement {
        Objects.requireNonNull(name, "name");
        figures = Sorted.copy(figures);
        counts = Sorted.copy(counts);
    }
}
