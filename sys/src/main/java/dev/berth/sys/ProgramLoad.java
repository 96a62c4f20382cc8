package dev.berth.sys;

/// What became of a BPF program.
///
/// - `result`: its descriptor, which the caller closes, or −errno
/// - `log`: what the verifier said; empty if the program was taken or never reached it
public record ProgramLoad(int result, String log) {
    /// Whether there is a program.
    public boolean loaded() {
        return result >= 0;
    }
}
