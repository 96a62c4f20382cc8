package dev.berth.supervise.steering;

import dev.berth.bpf.Selection;
import dev.berth.bpf.SocketTable;
import dev.berth.sys.ErrnoException;

import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/// Steering by eBPF: the sockets are in one map, the table in another; one update changes it.
final class EbpfSteering implements Steering {
    /// The most sockets in one group: 256 slots, old and new generation, two sockets each.
    private static final int KEYS = SocketTable.PLACES;

    private final SocketTable table;
    private final Map<HeldSocket, Integer> keys = new HashMap<>();
    private final BitSet used = new BitSet();
    private Selection selection = Selection.HASH;
    private int[] written = new int[0];

    EbpfSteering() throws IOException {
        table = SocketTable.create(KEYS);
    }

    @Override
    public boolean migrates() {
        return table.migrates();
    }

    @Override
    public void afterJoin(HeldSocket socket) throws IOException {
        int key = take(socket);
        try {
            table.forget(key);
            table.put(key, socket.fd().number());
        } catch (ErrnoException failed) {
            beforeLeave(socket);
            throw failed;
        }
    }

    /// Attaches the program for every new member, as a group that was empty for a moment has lost
    /// it. The table is written before, as an empty one refuses clients.
    @Override
    public void activate(HeldSocket socket) throws ErrnoException {
        table.attach(socket.fd().number());
    }

    private int take(HeldSocket socket) throws IOException {
        int key = used.nextClearBit(0);
        if (key >= KEYS) {
            throw new IOException("more than " + KEYS + " sockets on one address");
        }
        used.set(key);
        keys.put(socket, key);
        return key;
    }

    @Override
    public void beforeLeave(HeldSocket socket) {
        Integer key = keys.remove(socket);
        if (key != null) {
            remove(key);
            used.clear(key);
        }
    }

    private void remove(int key) {
        try {
            table.remove(key);
        } catch (ErrnoException gone) {
            // The kernel removes the entry of a socket that closes; there is nothing left to do.
        }
    }

    @Override
    public void serve(SelectionTable next, List<HeldSocket> order) throws ErrnoException {
        int[] places =
                next.places().stream().filter(keys::containsKey).mapToInt(keys::get).toArray();
        if (next.selection() != selection || !Arrays.equals(places, written)) {
            table.serve(next.selection(), places);
            selection = next.selection();
            written = places;
        }
    }

    @Override
    public boolean follows(SelectionTable any) {
        return true;
    }

    @Override
    public OptionalLong steered(HeldSocket socket) {
        Integer key = keys.get(socket);
        try {
            return key == null ? OptionalLong.empty() : OptionalLong.of(table.steered(key));
        } catch (ErrnoException unreadable) {
            return OptionalLong.empty();
        }
    }

    @Override
    public long[] steered(List<HeldSocket> sockets) {
        try {
            long[] counters = table.steeredUpTo(used.length());
            long[] steered = new long[sockets.size()];
            for (int i = 0; i < steered.length; i++) {
                Integer key = keys.get(sockets.get(i));
                steered[i] = key == null ? 0 : counters[key];
            }
            return steered;
        } catch (ErrnoException unreadable) {
            return new long[sockets.size()];
        }
    }

    @Override
    public OptionalLong fallbacks() {
        try {
            return OptionalLong.of(table.fallbacks());
        } catch (ErrnoException unreadable) {
            return OptionalLong.empty();
        }
    }

    /// A foreign socket in the group keeps the program. With a table that names no socket the
    /// kernel chooses; with an empty table all clients would be refused forever.
    @Override
    public void close() {
        try {
            table.serve(Selection.HASH, new int[] {0});
        } catch (ErrnoException failed) {
            // Nothing can be done about it at this point.
        }
        table.close();
    }
}
