package dev.berth.bpf;

/// A kernel function that extended programs call. None of these is restricted to GPL programs.
///
/// Source: `linux/bpf.h`, bpf-helpers(7).
public enum Helper {
    /// `R1` map, `R2` pointer to the key → pointer to the value, or 0.
    MAP_LOOKUP_ELEM(1),
    /// `R1` context, `R2` socket array, `R3` pointer to the key, `R4` 0 → 0, or a negative errno
    /// when the slot is empty or its socket is in another group.
    ///
    /// Since: Linux 4.19.
    SK_SELECT_REUSEPORT(82);

    private final int number;

    Helper(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }
}
