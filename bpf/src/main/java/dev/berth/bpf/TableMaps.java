package dev.berth.bpf;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The maps that a [SocketTable] and its program share.
///
/// @param current a u32: the index of the table that the program uses
/// @param tables [TableValue]s; the current table is never written to
/// @param sockets the sockets by key
/// @param counters a u64 for each key, then one for the fallbacks
record TableMaps(KernelMap current, KernelMap tables, KernelMap sockets, KernelMap counters)
        implements AutoCloseable {

    /// Tables are written in turn: the table that a program is reading would only be overwritten if
    /// the program took longer than seven changes.
    static final int TABLES = 8;

    static TableMaps create(int keys) throws IOException {
        List<KernelMap> made = new ArrayList<>();
        try {
            made.add(array(TableProgram.CURRENT, Integer.BYTES, 1));
            made.add(array(TableProgram.TABLES, TableValue.BYTES, TABLES));
            made.add(sockets(keys));
            made.add(array(TableProgram.COUNTERS, Long.BYTES, keys + 1));
            return new TableMaps(made.get(0), made.get(1), made.get(2), made.get(3));
        } catch (IOException | RuntimeException failure) {
            made.forEach(KernelMap::close);
            throw failure;
        }
    }

    private static KernelMap sockets(int keys) throws IOException {
        KernelMap.Type type = KernelMap.Type.REUSEPORT_SOCKARRAY;
        return KernelMap.create(type, TableProgram.SOCKETS, Long.BYTES, keys);
    }

    private static KernelMap array(String name, int valueBytes, int entries) throws IOException {
        return KernelMap.create(KernelMap.Type.ARRAY, name, valueBytes, entries);
    }

    /// The descriptor of each map by the name used in the program.
    Map<String, Integer> descriptors() {
        return Map.of(
                TableProgram.CURRENT, current.fd(),
                TableProgram.TABLES, tables.fd(),
                TableProgram.SOCKETS, sockets.fd(),
                TableProgram.COUNTERS, counters.fd());
    }

    @Override
    public void close() {
        current.close();
        tables.close();
        sockets.close();
        counters.close();
    }
}
