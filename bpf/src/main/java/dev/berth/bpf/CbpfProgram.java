package dev.berth.bpf;

import java.util.List;

/// A classic program as a value. Its `toString` is its disassembly.
///
/// @param lines instructions and labels, in order
public record CbpfProgram(List<Cbpf> lines) {

    /// The longest program that the kernel accepts, in instructions.
    public static final int MAX_INSTRUCTIONS = 4096;

    private static final int LD = 0x00;
    private static final int LDX = 0x01;
    private static final int ST = 0x02;
    private static final int ALU = 0x04;
    private static final int JMP = 0x05;
    private static final int RET = 0x06;
    private static final int MISC_TAX = 0x07;
    private static final int ABSOLUTE = 0x20;
    private static final int INDIRECT = 0x40;
    private static final int MEMORY = 0x60;
    private static final int HEADER_LENGTH = 0xa0;
    private static final int FROM_INDEX = 0x08;
    private static final int ACCUMULATOR = 0x10;
    private static final int BYTE = 0x10;

    public CbpfProgram {
        lines = List.copyOf(lines);
    }

    /// Creates a program from these lines.
    public static CbpfProgram of(Cbpf... lines) {
        return new CbpfProgram(List.of(lines));
    }

    /// Assembles the machine code.
    ///
    /// **Shape:** one `long` per instruction, laid out as the kernel's `struct sock_filter` in
    /// little endian.
    ///
    ///     63               32 31    24 23    16 15           0
    ///     ┌─────────────────┬────────┬────────┬─────────────┐
    ///     │        k        │   jf   │   jt   │    code     │
    ///     └─────────────────┴────────┴────────┴─────────────┘
    ///
    /// **Errors:** IllegalArgumentException for a label that is missing, defined twice or out of
    /// reach (jumps only go forward; a conditional jump skips at most 255 instructions), and for a
    /// program that is empty or too long.
    public long[] assemble() {
        Layout layout = new Layout(lines);
        if (layout.slots() > MAX_INSTRUCTIONS) {
            throw new IllegalArgumentException(
                    "instructions=" + layout.slots() + ": the kernel accepts " + MAX_INSTRUCTIONS);
        }
        long[] code = new long[layout.slots()];
        int at = 0;
        for (Cbpf line : lines) {
            if (line.slots() > 0) {
                code[at] = encode(line, layout, at);
                at++;
            }
        }
        return code;
    }

    private static long encode(Cbpf line, Layout layout, int at) {
        return switch (line) {
            case Label _ -> throw new AssertionError("a label takes no slot");
            case Cbpf.Load load -> plain(LD | ABSOLUTE | load.width().code(), load.offset());
            case Cbpf.LoadIndexed load -> plain(LD | INDIRECT | load.width().code(), load.offset());
            case Cbpf.LoadHeaderLength load -> plain(LDX | HEADER_LENGTH | BYTE, load.offset());
            case Cbpf.Store store -> plain(ST, store.slot());
            case Cbpf.Recall recall -> plain(LDX | MEMORY, recall.slot());
            case Cbpf.CopyToIndex() -> plain(MISC_TAX, 0);
            case Cbpf.Alu alu -> plain(ALU | alu.operation().code(), alu.value());
            case Cbpf.AluIndex alu -> plain(ALU | FROM_INDEX | alu.operation().code(), 0);
            case Cbpf.Jump jump ->
                    plain(JMP, layout.distance(at, jump.target(), 0, MAX_INSTRUCTIONS));
            case Cbpf.JumpIf jump ->
                    plain(JMP | jump.condition().code(), jump.value())
                            | (long) skip(layout, at, jump.yes()) << 16
                            | (long) skip(layout, at, jump.no()) << 24;
            case Cbpf.Return end -> plain(RET, end.value());
            case Cbpf.ReturnAccumulator() -> plain(RET | ACCUMULATOR, 0);
        };
    }

    private static int skip(Layout layout, int at, String target) {
        return target.equals(Cbpf.NEXT) ? 0 : layout.distance(at, target, 0, 255);
    }

    private static long plain(int code, int k) {
        return code | (long) k << 32;
    }

    @Override
    public String toString() {
        return Layout.disassemble(lines);
    }
}
