package dev.berth.lab;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/// Maps with the same order in every run.
final class SortedMaps {
    private SortedMaps() {}

    /// An unmodifiable copy, sorted by key.
    static <V> Map<String, V> copy(Map<String, V> map) {
        return Collections.unmodifiableMap(new TreeMap<>(map));
    }
}
