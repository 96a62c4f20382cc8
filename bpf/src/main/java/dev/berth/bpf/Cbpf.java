package dev.berth.bpf;

/// An instruction of the classic machine, which has an accumulator A, an index X and 16 scratch
/// words, all of 32 bits. Loads from a packet are big endian; a load outside the packet ends the
/// program with 0.
///
/// **Source:** Documentation/networking/filter.rst, `linux/filter.h`.
public sealed interface Cbpf extends Instruction
        permits Label,
                Cbpf.Load,
                Cbpf.LoadIndexed,
                Cbpf.LoadHeaderLength,
                Cbpf.Store,
                Cbpf.Recall,
                Cbpf.CopyToIndex,
                Cbpf.Alu,
                Cbpf.AluIndex,
                Cbpf.Jump,
                Cbpf.JumpIf,
                Cbpf.Return,
                Cbpf.ReturnAccumulator {

    /// Added to the offset of a load to count from the network header instead of from the payload.
    int NETWORK_HEADER = -0x100000;

    /// The offset at which a load returns the EtherType of the packet: 0x0800 or 0x86dd.
    int PROTOCOL = -0x1000;

    /// The offset at which a load returns the number of the CPU that runs the program.
    int CPU = -0x1000 + 36;

    /// The offset at which a load returns a random number.
    int RANDOM = -0x1000 + 56;

    /// The label name that means “continue with the next instruction” in a [JumpIf].
    String NEXT = "next";

    /// A = packet[offset].
    record Load(Width width, int offset) implements Cbpf {
        public Load {
            narrow(width);
        }

        @Override
        public String toString() {
            return "ld" + width.classicSuffix() + " " + place(offset, "");
        }
    }

    /// A = packet[X + offset].
    record LoadIndexed(Width width, int offset) implements Cbpf {
        public LoadIndexed {
            narrow(width);
        }

        @Override
        public String toString() {
            return "ld" + width.classicSuffix() + " " + place(offset, "x+");
        }
    }

    /// X = 4 × the low four bits of packet[offset]: the length of an IPv4 header at offset.
    record LoadHeaderLength(int offset) implements Cbpf {
        @Override
        public String toString() {
            return "ldx 4*(" + place(offset, "") + "&0xf)";
        }
    }

    /// scratch[slot] = A.
    record Store(int slot) implements Cbpf {
        public Store {
            scratch(slot);
        }

        @Override
        public String toString() {
            return "st M[" + slot + "]";
        }
    }

    /// X = scratch[slot].
    record Recall(int slot) implements Cbpf {
        public Recall {
            scratch(slot);
        }

        @Override
        public String toString() {
            return "ldx M[" + slot + "]";
        }
    }

    /// X = A.
    record CopyToIndex() implements Cbpf {
        @Override
        public String toString() {
            return "tax";
        }
    }

    /// A = A operation value.
    record Alu(AluOperation operation, int value) implements Cbpf {
        public Alu {
            if (operation.refuses(value, Integer.SIZE)) {
                throw new IllegalArgumentException(
                        "the kernel refuses " + operation + ": value=" + value);
            }
        }

        @Override
        public String toString() {
            return "a " + operation.symbol() + " " + number(value);
        }
    }

    /// A = A operation X.
    record AluIndex(AluOperation operation) implements Cbpf {
        @Override
        public String toString() {
            return "a " + operation.symbol() + " x";
        }
    }

    /// Jumps to `target`.
    record Jump(String target) implements Cbpf {
        @Override
        public String toString() {
            return "ja " + target;
        }
    }

    /// Jumps to `yes` if A meets the condition, otherwise to `no`; either may be [#NEXT].
    record JumpIf(JumpCondition condition, int value, String yes, String no) implements Cbpf {
        public JumpIf {
            condition.classicName();
        }

        @Override
        public String toString() {
            return condition.classicName() + " " + number(value) + ", " + yes + ", " + no;
        }
    }

    /// Ends the program with a constant.
    record Return(int value) implements Cbpf {
        @Override
        public String toString() {
            return "ret " + number(value);
        }
    }

    /// Ends the program with A.
    record ReturnAccumulator() implements Cbpf {
        @Override
        public String toString() {
            return "ret a";
        }
    }

    private static void narrow(Width width) {
        if (width == Width.DOUBLE) {
            throw new IllegalArgumentException("width=DOUBLE: classic registers hold 4 bytes");
        }
    }

    private static void scratch(int slot) {
        if (slot < 0 || slot > 15) {
            throw new IllegalArgumentException("scratch slot=" + slot + ": must be 0 to 15");
        }
    }

    private static String number(int value) {
        return value >= 0 && value < 0x10000 ? "#" + value : "#0x" + Integer.toHexString(value);
    }

    private static String place(int offset, String index) {
        boolean network = offset >= NETWORK_HEADER && offset < PROTOCOL;
        return network
                ? "[" + index + "net+" + (offset - NETWORK_HEADER) + "]"
                : index.isEmpty() ? ancillary(offset) : "[" + index + offset + "]";
    }

    private static String ancillary(int offset) {
        return switch (offset) {
            case PROTOCOL -> "proto";
            case CPU -> "cpu";
            case RANDOM -> "random";
            default -> "[" + offset + "]";
        };
    }
}
