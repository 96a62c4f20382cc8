package dev.berth.bpf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// An extended program as a value. Its `toString` is its disassembly.
///
/// @param lines instructions and labels, in order
public record EbpfProgram(List<Ebpf> lines) {

    private static final int LDX_MEMORY = 0x61;
    private static final int ST_MEMORY = 0x62;
    private static final int STX_MEMORY = 0x63;
    private static final int STX_ATOMIC = 0xc3;
    private static final int FETCH = 0x01;
    private static final int LD_IMMEDIATE_DOUBLE = 0x18;
    private static final int ALU64 = 0x07;
    private static final int MOVE = 0xb0;
    private static final int JMP = 0x05;
    private static final int CALL = 0x85;
    private static final int EXIT = 0x95;
    private static final int FROM_REGISTER = 0x08;
    private static final int PSEUDO_MAP_FD = 1;

    public EbpfProgram {
        lines = List.copyOf(lines);
    }

    /// Creates a program from these lines.
    public static EbpfProgram of(Ebpf... lines) {
        return new EbpfProgram(List.of(lines));
    }

    /// Assembles the machine code, with the maps' descriptors filled in.
    ///
    /// **Shape:** one `long` per slot, laid out as the kernel's `struct bpf_insn` in little endian.
    ///
    ///     63               32 31            16 15  12 11   8 7      0
    ///     ┌─────────────────┬────────────────┬──────┬──────┬────────┐
    ///     │    immediate    │     offset     │ from │  to  │  code  │
    ///     └─────────────────┴────────────────┴──────┴──────┴────────┘
    ///
    /// **Errors:** IllegalArgumentException for a map that is missing, for a label that is missing,
    /// defined twice or out of reach (16 bits), and for an empty program.
    ///
    /// @param maps the descriptor of each map used by the program
    public long[] assemble(Map<String, Integer> maps) {
        Layout layout = new Layout(lines);
        List<Long> code = new ArrayList<>(layout.slots());
        for (Ebpf line : lines) {
            if (line.slots() > 0) {
                code.add(encode(line, layout, code.size(), maps));
            }
            if (line.slots() > 1) {
                code.add(0L);
            }
        }
        return code.stream().mapToLong(Long::longValue).toArray();
    }

    private static long encode(Ebpf line, Layout layout, int at, Map<String, Integer> maps) {
        return switch (line) {
            case Label _ -> throw new AssertionError("a label takes no slot");
            case Ebpf.Move(var to, var from) ->
                    slot(ALU64 | MOVE | FROM_REGISTER, to.number(), from.number(), 0, 0);
            case Ebpf.MoveConstant(var to, int value) ->
                    slot(ALU64 | MOVE, to.number(), 0, 0, value);
            case Ebpf.LoadMap(var to, var map) ->
                    slot(LD_IMMEDIATE_DOUBLE, to.number(), PSEUDO_MAP_FD, 0, descriptor(maps, map));
            case Ebpf.Load(var width, var to, var base, int offset) ->
                    slot(LDX_MEMORY | width.code(), to.number(), base.number(), offset, 0);
            case Ebpf.Store(var width, var base, int offset, var from) ->
                    slot(STX_MEMORY | width.code(), base.number(), from.number(), offset, 0);
            case Ebpf.StoreConstant(var width, var base, int offset, int value) ->
                    slot(ST_MEMORY | width.code(), base.number(), 0, offset, value);
            case Ebpf.AtomicAdd(var base, int offset, var from) ->
                    slot(
                            STX_ATOMIC | Width.DOUBLE.code(),
                            base.number(),
                            from.number(),
                            offset,
                            AluOperation.ADD.code());
            case Ebpf.AtomicFetchAdd(var base, int offset, var register) ->
                    slot(
                            STX_ATOMIC | Width.DOUBLE.code(),
                            base.number(),
                            register.number(),
                            offset,
                            AluOperation.ADD.code() | FETCH);
            case Ebpf.Alu(var operation, var to, var from) ->
                    slot(
                            ALU64 | FROM_REGISTER | operation.code(),
                            to.number(),
                            from.number(),
                            0,
                            0);
            case Ebpf.AluConstant(var operation, var to, int value) ->
                    slot(ALU64 | operation.code(), to.number(), 0, 0, value);
            case Ebpf.Call(var helper) -> slot(CALL, 0, 0, 0, helper.number());
            case Ebpf.Jump(var target) -> slot(JMP, 0, 0, skip(layout, at, target), 0);
            case Ebpf.JumpIf(var condition, var register, int value, var target) ->
                    slot(
                            JMP | condition.code(),
                            register.number(),
                            0,
                            skip(layout, at, target),
                            value);
            case Ebpf.Exit() -> slot(EXIT, 0, 0, 0, 0);
        };
    }

    private static int skip(Layout layout, int at, String target) {
        return layout.distance(at, target, Short.MIN_VALUE, Short.MAX_VALUE);
    }

    private static int descriptor(Map<String, Integer> maps, String name) {
        Integer fd = maps.get(name);
        if (fd == null) {
            throw new IllegalArgumentException(
                    "map \"" + name + "\" is missing; given: " + maps.keySet());
        }
        return fd;
    }

    private static long slot(int code, int to, int from, int offset, int immediate) {
        return code
                | (long) to << 8
                | (long) from << 12
                | (offset & 0xffffL) << 16
                | (long) immediate << 32;
    }

    @Override
    public String toString() {
        return Layout.disassemble(lines);
    }
}
