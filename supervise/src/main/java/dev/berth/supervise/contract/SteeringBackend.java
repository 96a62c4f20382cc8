package dev.berth.supervise.contract;

import java.util.Locale;

/// The mechanism that steers connections. `AUTO` picks the first one that this user may use.
public enum SteeringBackend {
    AUTO,
    /// eBPF: table and counters in maps; needs CAP_BPF.
    EBPF,
    /// Classic BPF over the group's indices; needs no privilege.
    CBPF,
    /// The kernel's own hash. A roll hands the same socket on.
    NONE;

    /// The word, as the user writes it.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// Parses a mechanism.
    ///
    /// @throws IllegalArgumentException no mechanism has that `word`; the message lists the valid
    ///   ones
    public static SteeringBackend parse(String word) {
        for (SteeringBackend backend : values()) {
            if (backend.word().equals(word)) {
                return backend;
            }
        }
        throw new IllegalArgumentException(
                "unknown BPF mechanism: " + word + " (available: auto, ebpf, cbpf, none)");
    }
}
