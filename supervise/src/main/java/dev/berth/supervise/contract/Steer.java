package dev.berth.supervise.contract;

import java.util.Locale;

/// By which mechanism connections are steered. The policy is the hash over the table; `AUTO` takes
/// the first that this user may use.
public enum Steer {
    AUTO,
    /// eBPF: table and counters in maps; needs CAP_BPF.
    EXTENDED,
    /// Classic BPF over the group's indices; needs no privilege.
    CLASSIC,
    /// The kernel's own hash. A roll hands the same socket on.
    NONE,
    /// A dispatcher instead of the kernel (`--share dispatch`).
    DISPATCH;

    /// As the user writes it.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The mechanism of that `word`; an IllegalArgumentException lists the words there are.
    public static Steer parse(String word) {
        for (Steer steer : values()) {
            if (steer != DISPATCH && steer.word().equals(word)) {
                return steer;
            }
        }
        throw new IllegalArgumentException(
                "no such BPF mechanism: " + word + " (there are auto, extended, classic, none)");
    }
}
