package dev.berth.bpf;

/// An arithmetic operation. Both machines encode it in the same bits; all operations are unsigned.
public enum AluOperation {
    ADD(0x00, "+="),
    SUB(0x10, "-="),
    MUL(0x20, "*="),
    DIV(0x30, "/="),
    OR(0x40, "|="),
    AND(0x50, "&="),
    LSH(0x60, "<<="),
    RSH(0x70, ">>="),
    MOD(0x90, "%="),
    XOR(0xa0, "^=");

    private final int code;
    private final String symbol;

    AluOperation(int code, String symbol) {
        this.code = code;
        this.symbol = symbol;
    }

    int code() {
        return code;
    }

    String symbol() {
        return symbol;
    }

    /// Whether the kernel refuses the operation with this constant: a division by zero, or a shift
    /// by more than the width of the register.
    boolean refuses(int value, int registerBits) {
        return switch (this) {
            case DIV, MOD -> value == 0;
            case LSH, RSH -> value < 0 || value >= registerBits;
            case ADD, SUB, MUL, OR, AND, XOR -> false;
        };
    }
}
