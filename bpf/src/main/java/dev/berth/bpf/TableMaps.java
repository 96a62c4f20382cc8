package dev.berth.bpf;

import java.io.IOException;
import java.util.Map;

/// The maps that a [SocketTable] and its program share.
///
/// @param table one [TableValue]
/// @param sockets the sockets by key
/// @param counters a u64 for each key, then one for the fallbacks
record TableMaps(KernelMap table, KernelMap sockets, KernelMap counters) implements AutoCloseable {

    static TableMaps create(int keys) throws IOException {
        KernelMap table = array(TableProgram.TABLE, TableValue.BYTES, 1);
        try {
            return withCounters(table, array(TableProgram.COUNTERS, Long.BYTES, keys + 1), keys);
        } catch (IOException | RuntimeException failure) {
            table.close();
            throw failure;
        }
    }

    private static TableMaps withCounters(KernelMap table, KernelMap counters, int keys)
            throws IOException {
        try {
            KernelMap sockets =
                    KernelMap.create(
                            KernelMap.Type.REUSEPORT_SOCKARRAY,
                            TableProgram.SOCKETS,
                            Long.BYTES,
                            keys);
            return new TableMaps(table, sockets, counters);
        } catch (IOException | RuntimeException failure) {
            counters.close();
            throw failure;
        }
    }

    private static KernelMap array(String name, int valueBytes, int entries) throws IOException {
        return KernelMap.create(KernelMap.Type.ARRAY, name, valueBytes, entries);
    }

    /// The descriptor of each map by the name that the program uses.
    Map<String, Integer> descriptors() {
        return Map.of(
                TableProgram.TABLE, table.fd(),
                TableProgram.SOCKETS, sockets.fd(),
                TableProgram.COUNTERS, counters.fd());
    }

    @Override
    public void close() {
        table.close();
        sockets.close();
        counters.close();
    }
}
