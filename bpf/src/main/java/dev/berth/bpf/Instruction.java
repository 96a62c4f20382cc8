package dev.berth.bpf;

/// One line of a program: an instruction of either machine, or a [Label].
///
/// `toString` returns its line of the disassembly. It names labels, maps and helpers instead of
/// numbering them, so it is the same before and after assembly.
public sealed interface Instruction permits Cbpf, Ebpf {

    /// The number of 8-byte slots that the line takes: 0 for a label, 2 for [Ebpf.LoadMap], else 1.
    default int slots() {
        return 1;
    }
}
