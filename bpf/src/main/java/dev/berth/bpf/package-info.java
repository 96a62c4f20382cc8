/// BPF for SO_REUSEPORT groups and for seccomp.
///
/// What can be computed without the kernel is a value: an [Instruction], a [CbpfProgram], an
/// [EbpfProgram]. Only [SocketTable] and [CbpfTable#attach] call the kernel.
@NullMarked
package dev.berth.bpf;

import org.jspecify.annotations.NullMarked;
