package dev.berth.bpf;

/// The test of a conditional jump; comparisons are unsigned. The classic machine knows the first
/// four: its jumps name the target for both outcomes, so it needs no opposites.
public enum JumpCondition {
    EQUAL(0x10, "=="),
    ABOVE(0x20, ">"),
    AT_LEAST(0x30, ">="),
    /// Some bit is set in both operands.
    ANY_BIT(0x40, "&"),
    NOT_EQUAL(0x50, "!="),
    BELOW(0xa0, "<"),
    AT_MOST(0xb0, "<=");

    private final int code;
    private final String symbol;

    JumpCondition(int code, String symbol) {
        this.code = code;
        this.symbol = symbol;
    }

    int code() {
        return code;
    }

    String symbol() {
        return symbol;
    }

    String classicName() {
        return switch (this) {
            case EQUAL -> "jeq";
            case ABOVE -> "jgt";
            case AT_LEAST -> "jge";
            case ANY_BIT -> "jset";
            case NOT_EQUAL, BELOW, AT_MOST ->
                    throw new IllegalArgumentException(
                            "condition="
                                    + this
                                    + ": classic jumps test EQUAL, ABOVE, AT_LEAST and"
                                    + " ANY_BIT; swap the two labels instead");
        };
    }
}
