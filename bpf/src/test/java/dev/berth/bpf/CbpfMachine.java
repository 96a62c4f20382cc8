package dev.berth.bpf;

import java.util.OptionalInt;

/// A small interpreter for classic machine code, written from the kernel's documentation and not
/// from the assembler, so that each checks the other.
final class CbpfMachine {

    /// The memory that a program can load from.
    interface Memory {
        /// The number at the offset, or empty if that is outside the packet.
        OptionalInt load(int offset, int bytes);
    }

    private final long[] code;
    private final Memory memory;
    private final int[] scratch = new int[16];
    private int a;
    private int x;

    private CbpfMachine(long[] code, Memory memory) {
        this.code = code;
        this.memory = memory;
    }

    static int run(long[] code, Memory memory) {
        return new CbpfMachine(code, memory).run();
    }

    private int run() {
        for (int at = 0; at < code.length; at++) {
            int opcode = (int) (code[at] & 0xffff);
            int k = (int) (code[at] >>> 32);
            OptionalInt loaded = OptionalInt.empty();
            switch (opcode) {
                case 0x20 -> loaded = memory.load(k, 4);
                case 0x28 -> loaded = memory.load(k, 2);
                case 0x30 -> loaded = memory.load(k, 1);
                case 0x40 -> loaded = memory.load(x + k, 4);
                case 0x48 -> loaded = memory.load(x + k, 2);
                case 0x50 -> loaded = memory.load(x + k, 1);
                case 0xb1 -> loaded = memory.load(k, 1);
                case 0x02 -> scratch[k] = a;
                case 0x61 -> x = scratch[k];
                case 0x07 -> x = a;
                case 0x06 -> {
                    return k;
                }
                case 0x16 -> {
                    return a;
                }
                case 0x05 -> at += k;
                case 0x15 -> at += skip(at, a == k);
                case 0x25 -> at += skip(at, Integer.compareUnsigned(a, k) > 0);
                case 0x35 -> at += skip(at, Integer.compareUnsigned(a, k) >= 0);
                case 0x45 -> at += skip(at, (a & k) != 0);
                default -> a = alu(opcode, (opcode & 0x08) == 0 ? k : x);
            }
            if (loads(opcode)) {
                if (loaded.isEmpty()) {
                    return 0;
                }
                if (opcode == 0xb1) {
                    x = 4 * (loaded.getAsInt() & 0xf);
                } else {
                    a = loaded.getAsInt();
                }
            }
        }
        throw new IllegalStateException("ran off the end");
    }

    private static boolean loads(int opcode) {
        return switch (opcode) {
            case 0x20, 0x28, 0x30, 0x40, 0x48, 0x50, 0xb1 -> true;
            default -> false;
        };
    }

    private int skip(int at, boolean met) {
        return (int) (code[at] >>> (met ? 16 : 24) & 0xff);
    }

    private int alu(int opcode, int operand) {
        return switch (opcode & ~0x08) {
            case 0x04 -> a + operand;
            case 0x14 -> a - operand;
            case 0x24 -> a * operand;
            case 0x34 -> Integer.divideUnsigned(a, operand);
            case 0x44 -> a | operand;
            case 0x54 -> a & operand;
            case 0x64 -> a << operand;
            case 0x74 -> a >>> operand;
            case 0x94 -> Integer.remainderUnsigned(a, operand);
            case 0xa4 -> a ^ operand;
            default -> throw new IllegalStateException("opcode 0x" + Integer.toHexString(opcode));
        };
    }
}
