package dev.berth.lab;

import java.util.Map;

/// What one named step measured.
///
/// @param name of the step
/// @param figures single numbers, such as `lost` or `chi2`
/// @param counts how many went where, by the socket's name; empty for most steps
public record Measurement(String name, Map<String, Double> figures, Map<String, Integer> counts) {
    public Measurement {
        figures = SortedMaps.copy(figures);
        counts = SortedMaps.copy(counts);
    }
}
