package dev.berth.bpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// A table as stored in the map: how a place is picked, and the key at each place.
///
///     0          8        12      16                               4112
///     ┌──────────┬────────┬───────┬───────┬───────┬─ … ─┬──────────┐
///     │ u64 turn │ u32    │ u32 n │ key 0 │ key 1 │     │ key 1023 │   native byte order
///     │          │ pick   │       │       │       │     │          │
///     └──────────┴────────┴───────┴───────┴───────┴─ … ─┴──────────┘
///
/// `turn` belongs to the program: it counts the picks of [Selection#ROUND_ROBIN]. `pick` is the ordinal
/// of a [Selection]. Places from n on are ignored.
final class TableValue {

    /// The number of places; a power of two, so that a mask keeps an index in range.
    static final int PLACES = 1024;

    static final int TURN = 0;
    static final int PICK = 8;
    static final int COUNT = 12;
    static final int KEYS = 16;
    static final int BYTES = KEYS + Integer.BYTES * PLACES;

    private TableValue() {}

    static byte[] of(Selection selection, int[] keys) {
        if (keys.length > PLACES) {
            throw new IllegalArgumentException(
                    "keys=" + keys.length + ": a table has " + PLACES + " places");
        }
        ByteBuffer value = ByteBuffer.allocate(BYTES).order(ByteOrder.nativeOrder());
        value.putInt(PICK, selection.ordinal()).putInt(COUNT, keys.length);
        value.position(KEYS).asIntBuffer().put(keys);
        return value.array();
    }
}
