package dev.berth.sys;

/// The result of loading a BPF program.
///
/// @param result its descriptor, which the caller closes, or −errno
/// @param log the verifier's messages; empty if the program was accepted or never reached the
///   verifier
public record ProgramLoad(int result, String log) {
    /// Whether the program was loaded.
    public boolean loaded() {
        return result >= 0;
    }
}
