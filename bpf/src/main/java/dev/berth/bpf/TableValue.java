package dev.berth.bpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/// The value of the table map: which keys get new connections.
///
///     0       4                                4100
///     ┌───────┬───────┬───────┬─ … ─┬──────────┐
///     │ u32 n │ key 0 │ key 1 │     │ key 1023 │   native byte order
///     └───────┴───────┴───────┴─ … ─┴──────────┘
///
/// The kernel copies a new value over the old one while programs read it. Places after `n` repeat
/// the live keys, so an old `n` with new keys, or the reverse, still finds a key that is live in one
/// of the two.
///
/// @param count n
/// @param keys all places
record TableValue(int count, int[] keys) {

    /// How many places there are; a power of two, so that a mask keeps an index inside.
    static final int PLACES = 1024;

    static final int BYTES = Integer.BYTES * (1 + PLACES);

    static final TableValue EMPTY = new TableValue(0, new int[PLACES]);

    /// What to write, in this order, to get from this value to one that serves these keys; a key
    /// given twice gets twice the share. From nothing to something there is a step between: the
    /// keys must be there before a program can see an `n` that makes it read them.
    List<TableValue> serving(int[] live) {
        if (live.length > PLACES) {
            throw new IllegalArgumentException(
                    "keys=" + live.length + ": a table has " + PLACES + " places");
        }
        if (live.length == 0) {
            return List.of(new TableValue(0, keys));
        }
        int[] places = new int[PLACES];
        Arrays.setAll(places, place -> live[place % live.length]);
        TableValue full = new TableValue(live.length, places);
        return count == 0 ? List.of(new TableValue(0, places), full) : List.of(full);
    }

    byte[] encode() {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES).order(ByteOrder.nativeOrder());
        bytes.putInt(count);
        for (int key : keys) {
            bytes.putInt(key);
        }
        return bytes.array();
    }
}
