package dev.berth.dispatch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/// Reads numbers and vectors from a section of an array, front to back.
///
/// Reading past the end marks the cursor broken; from then on every read returns zero or empty. The
/// caller therefore checks [#broken] once, after the last read that matters.
final class Cursor {
    private final byte[] bytes;
    private final int end;
    private int at;
    private boolean broken;

    Cursor(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.at = from;
        this.end = end;
    }

    boolean broken() {
        return broken;
    }

    /// Whether any bytes are left.
    boolean more() {
        return at < end;
    }

    int u8() {
        return number(1);
    }

    int u16() {
        return number(2);
    }

    int u24() {
        return number(3);
    }

    void skip(int count) {
        take(count);
    }

    /// The vector that follows a one-byte length.
    Cursor vector8() {
        return part(u8());
    }

    /// The vector that follows a two-byte length.
    Cursor vector16() {
        return part(u16());
    }

    /// The remaining bytes as text, one byte per character.
    String text() {
        int from = at;
        at = end;
        return new String(bytes, from, end - from, ISO_8859_1);
    }

    private Cursor part(int length) {
        int from = take(length);
        return broken ? new Cursor(bytes, end, end) : new Cursor(bytes, from, from + length);
    }

    private int number(int count) {
        int from = take(count);
        int value = 0;
        for (int i = 0; i < count && !broken; i++) {
            value = value << 8 | (bytes[from + i] & 0xff);
        }
        return value;
    }

    /// Consumes `count` bytes and returns the index of the first.
    private int take(int count) {
        if (broken || end - at < count) {
            broken = true;
            at = end;
            return end;
        }
        int from = at;
        at += count;
        return from;
    }
}
