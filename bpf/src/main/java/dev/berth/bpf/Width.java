package dev.berth.bpf;

/// The number of bytes that a load or a store moves. Both machines encode it in the same bits.
public enum Width {
    BYTE(0x10, 1),
    HALF(0x08, 2),
    WORD(0x00, 4),
    /// Extended programs only.
    DOUBLE(0x18, 8);

    private final int code;
    private final int bytes;

    Width(int code, int bytes) {
        this.code = code;
        this.bytes = bytes;
    }

    int code() {
        return code;
    }

    String classicSuffix() {
        return switch (this) {
            case BYTE -> "b";
            case HALF -> "h";
            case WORD, DOUBLE -> "";
        };
    }

    String extendedName() {
        return "u" + 8 * bytes;
    }
}
