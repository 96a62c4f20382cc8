package dev.berth.bpf;

/// A 64-bit register of the extended machine: `R0` results, `R1`–`R5` arguments (a call destroys
/// them), `R6`–`R9` kept across calls, `R10` the read-only frame pointer.
public enum Register {
    R0,
    R1,
    R2,
    R3,
    R4,
    R5,
    R6,
    R7,
    R8,
    R9,
    R10;

    int number() {
        return ordinal();
    }

    @Override
    public String toString() {
        return "r" + number();
    }
}
