package dev.berth.bpf;

import java.util.Locale;

/// An instruction of the extended machine (eBPF): eleven 64-bit [Register]s, 512 bytes of stack
/// below `R10`, maps and helper functions.
///
/// **Source:** Documentation/bpf/standardization/instruction-set.rst.
public sealed interface Ebpf extends Instruction
        permits Label,
                Ebpf.Move,
                Ebpf.MoveConstant,
                Ebpf.LoadMap,
                Ebpf.Load,
                Ebpf.Store,
                Ebpf.StoreConstant,
                Ebpf.AtomicAdd,
                Ebpf.AtomicFetchAdd,
                Ebpf.Alu,
                Ebpf.AluConstant,
                Ebpf.Call,
                Ebpf.Jump,
                Ebpf.JumpIf,
                Ebpf.Exit {

    /// to = from.
    record Move(Register to, Register from) implements Ebpf {
        public Move {
            writable(to);
        }

        @Override
        public String toString() {
            return to + " = " + from;
        }
    }

    /// to = value, sign-extended.
    record MoveConstant(Register to, int value) implements Ebpf {
        public MoveConstant {
            writable(to);
        }

        @Override
        public String toString() {
            return to + " = " + value;
        }
    }

    /// to = the map with that name; its descriptor is filled in by [EbpfProgram#assemble].
    record LoadMap(Register to, String map) implements Ebpf {
        public LoadMap {
            writable(to);
        }

        @Override
        public int slots() {
            return 2;
        }

        @Override
        public String toString() {
            return to + " = map " + map;
        }
    }

    /// to = memory[base + offset], zero-extended.
    record Load(Width width, Register to, Register base, int offset) implements Ebpf {
        public Load {
            writable(to);
            near(offset);
        }

        @Override
        public String toString() {
            return to + " = " + memory(width, base, offset);
        }
    }

    /// memory[base + offset] = from.
    record Store(Width width, Register base, int offset, Register from) implements Ebpf {
        public Store {
            near(offset);
        }

        @Override
        public String toString() {
            return memory(width, base, offset) + " = " + from;
        }
    }

    /// memory[base + offset] = value.
    record StoreConstant(Width width, Register base, int offset, int value) implements Ebpf {
        public StoreConstant {
            near(offset);
        }

        @Override
        public String toString() {
            return memory(width, base, offset) + " = " + value;
        }
    }

    /// memory[base + offset] += from, as one atomic operation on 8 bytes.
    record AtomicAdd(Register base, int offset, Register from) implements Ebpf {
        public AtomicAdd {
            near(offset);
        }

        @Override
        public String toString() {
            return "lock " + memory(Width.DOUBLE, base, offset) + " += " + from;
        }
    }

    /// memory[base + offset] += register, and register = the value there before, as one atomic
    /// operation on 8 bytes.
    ///
    /// **Since:** Linux 5.12.
    record AtomicFetchAdd(Register base, int offset, Register register) implements Ebpf {
        public AtomicFetchAdd {
            writable(register);
            near(offset);
        }

        @Override
        public String toString() {
            return register
                    + " = fetch_add("
                    + memory(Width.DOUBLE, base, offset)
                    + ", "
                    + register
                    + ")";
        }
    }

    /// to = to operation from, on 64 bits; a division by zero gives 0, its remainder the dividend.
    record Alu(AluOperation operation, Register to, Register from) implements Ebpf {
        public Alu {
            writable(to);
        }

        @Override
        public String toString() {
            return to + " " + operation.symbol() + " " + from;
        }
    }

    /// to = to operation value (sign-extended), on 64 bits.
    record AluConstant(AluOperation operation, Register to, int value) implements Ebpf {
        public AluConstant {
            writable(to);
            if (operation.refuses(value, Long.SIZE)) {
                throw new IllegalArgumentException(
                        "the verifier refuses " + operation + ": value=" + value);
            }
        }

        @Override
        public String toString() {
            return to + " " + operation.symbol() + " " + value;
        }
    }

    /// Calls a kernel function: the result is in `R0`; `R1`–`R5` are overwritten.
    record Call(Helper helper) implements Ebpf {
        @Override
        public String toString() {
            return "call " + helper.name().toLowerCase(Locale.ROOT);
        }
    }

    /// Jumps to `target`.
    record Jump(String target) implements Ebpf {
        @Override
        public String toString() {
            return "goto " + target;
        }
    }

    /// Jumps to `target` if the register and the value (sign-extended) meet the condition.
    record JumpIf(JumpCondition condition, Register register, int value, String target)
            implements Ebpf {
        @Override
        public String toString() {
            return "if " + register + " " + condition.symbol() + " " + value + " goto " + target;
        }
    }

    /// Ends the program with `R0`.
    record Exit() implements Ebpf {
        @Override
        public String toString() {
            return "exit";
        }
    }

    private static void writable(Register register) {
        if (register == Register.R10) {
            throw new IllegalArgumentException("r10 is the frame pointer: it cannot be written");
        }
    }

    private static void near(int offset) {
        if (offset < Short.MIN_VALUE || offset > Short.MAX_VALUE) {
            throw new IllegalArgumentException("offset=" + offset + ": must fit into 16 bits");
        }
    }

    private static String memory(Width width, Register base, int offset) {
        String sign = offset < 0 ? "-" : "+";
        return width.extendedName() + "[" + base + sign + Math.abs(offset) + "]";
    }
}
