package dev.berth.bpf;

/// A kernel function that extended programs can call. None of these is restricted to GPL programs.
///
/// **Source:** `linux/bpf.h`, bpf-helpers(7).
public enum Helper {
    /// `R1` map, `R2` pointer to the key → pointer to the value, or 0.
    MAP_LOOKUP_ELEM(1),
    /// → a random 32-bit number.
    GET_PRANDOM_U32(7),
    /// → the number of the CPU that runs the program.
    GET_SMP_PROCESSOR_ID(8),
    /// `R1` context, `R2` offset, `R3` destination, `R4` number of bytes, `R5` base of the offset
    /// (1: the network header) → 0, or a negative errno.
    ///
    /// **Since:** Linux 4.18.
    SKB_LOAD_BYTES_RELATIVE(68),
    /// `R1` context, `R2` socket array, `R3` pointer to the key, `R4` 0 → 0, or a negative errno if
    /// the slot is empty or its socket is in another group.
    ///
    /// **Since:** Linux 4.19.
    SK_SELECT_REUSEPORT(82);

    private final int number;

    Helper(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }
}
