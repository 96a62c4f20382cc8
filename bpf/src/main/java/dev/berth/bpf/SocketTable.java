package dev.berth.bpf;

import dev.berth.sys.Bpf;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.ProgramLoad;
import dev.berth.sys.Sockets;

import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;

/// Selects which sockets of a SO_REUSEPORT group get its new connections, and can be changed while
/// it runs.
///
/// Each socket is in the table under a key. [#serve] names the keys that get connections, and how
/// one of them is picked. A socket that is not served keeps what it has, accepted or queued. When a
/// socket of the group closes, the connections in its queue move to the served sockets (if
/// [#migrates]).
///
/// **Order:** listen() first, then [#put], [#serve], [#attach]. Until the first serve() an attached
/// table refuses everything.
///
/// **Ownership:** the table holds its maps and its program; the group holds the program too, so
/// steering continues unchanged when the table is closed. The table does not own the sockets and
/// does not keep them open. Only one thread may change a table; counters may be read from any.
///
/// **Since:** Linux 4.19 and CAP_BPF (below 5.8: CAP_SYS_ADMIN).
public final class SocketTable implements AutoCloseable {

    /// The largest number of keys of a table.
    public static final int MAX_KEYS = 1 << 16;

    /// The largest number of places in a table, see [#serve].
    public static final int PLACES = TableValue.PLACES;

    private static final String PROGRAM = "berth_table";

    private final int keys;
    private final TableMaps maps;
    private final Loaded program;
    private int current;

    private SocketTable(int keys, TableMaps maps, Loaded program) {
        this.keys = keys;
        this.maps = maps;
        this.program = program;
    }

    private record Loaded(Fd fd, boolean migrates, Set<Selection> selections) {}

    /// Creates a table with the keys 0 to `keys` − 1 that has no sockets and serves nothing.
    ///
    /// **Errors:** ErrnoException EPERM without CAP_BPF, or below Linux 5.11 when RLIMIT_MEMLOCK is
    /// used up; UnsupportedFeatureException; [VerifierException].
    public static SocketTable create(int keys) throws IOException {
        if (keys < 1 || keys > MAX_KEYS) {
            throw new IllegalArgumentException("keys=" + keys + ": must be 1 to " + MAX_KEYS);
        }
        TableMaps maps = TableMaps.create(keys);
        try {
            return new SocketTable(keys, maps, load(maps, keys));
        } catch (IOException | RuntimeException failure) {
            maps.close();
            throw failure;
        }
    }

    /// Loads as much of the program as this kernel supports.
    private static Loaded load(TableMaps maps, int keys) throws IOException {
        Set<Selection> selections = EnumSet.allOf(Selection.class);
        if (cpus() > PLACES) {
            selections.remove(Selection.CPU);
        }
        ProgramLoad load = load(maps, keys, selections, Bpf.SK_REUSEPORT_SELECT_OR_MIGRATE);
        boolean migrates = !Errno.EINVAL.is(load.result());
        if (!migrates) {
            load = load(maps, keys, selections, Bpf.SK_REUSEPORT_SELECT);
            if (Errno.EINVAL.is(load.result())) {
                selections.remove(Selection.ROUND_ROBIN);
                load = load(maps, keys, selections, Bpf.SK_REUSEPORT_SELECT);
            }
        }
        return new Loaded(fd(load), migrates, selections);
    }

    private static ProgramLoad load(
            TableMaps maps, int keys, Set<Selection> selections, int attachType) {
        long[] code =
                TableProgram.of(SelectionCode.of(selections, cpus()), keys)
                        .assemble(maps.descriptors());
        return Bpf.progLoad(Bpf.PROG_TYPE_SK_REUSEPORT, code, "Apache-2.0", attachType, PROGRAM);
    }

    static Fd fd(ProgramLoad load) throws IOException {
        if (!load.loaded() && !load.log().isBlank()) {
            throw new VerifierException(PROGRAM, load.log());
        }
        return Fd.of("bpf BPF_PROG_LOAD", PROGRAM, load.result());
    }

    /// The number of CPUs that this machine can have: the length of a row for [Selection#CPU].
    public static int cpus() {
        return PossibleCpus.COUNT;
    }

    /// Whether the queue of a closed socket moves to the served sockets. Otherwise its connections
    /// are reset unless `net.ipv4.tcp_migrate_req` is on.
    ///
    /// **Since:** Linux 5.14.
    public boolean migrates() {
        return program.migrates();
    }

    /// Puts a socket under a key, replacing the one that was there.
    ///
    /// **Errors:** EINVAL if it does not listen or has no SO_REUSEPORT; EBUSY if it is already in a
    /// table, even under this key. The kernel removes the socket when it closes or stops listening.
    public void put(int key, int listenerFd) throws ErrnoException {
        maps.sockets().put(requireKey(key), (long) listenerFd);
    }

    /// Removes the socket of a key; harmless if there is none. If the key is still served, picking
    /// it then counts as a fallback.
    public void remove(int key) throws ErrnoException {
        maps.sockets().remove(requireKey(key));
    }

    /// Whether this kernel supports the pick.
    public boolean supports(Selection selection) {
        return program.selections().contains(selection);
    }

    /// Gives new connections only to the sockets of these keys, from the moment this returns; while
    /// it runs, to these or the former ones. Without keys, new connections are refused
    /// (ECONNREFUSED), datagrams are dropped, and the queue of a socket that closes is lost.
    ///
    /// @param selection how a place is picked, see [#supports]
    /// @param places the key at each place, at most [#PLACES]; a key with two places gets twice the
    ///   share
    public void serve(Selection selection, int[] places) throws ErrnoException {
        for (int key : places) {
            requireKey(key);
        }
        if (!supports(selection)) {
            throw new IllegalArgumentException(
                    "pick=" + selection + ": unsupported on this kernel");
        }
        if (selection == Selection.CPU && places.length % cpus() != 0) {
            throw new IllegalArgumentException(
                    "places=" + places.length + ": must be whole rows of " + cpus() + " CPUs");
        }
        int next = (current + 1) % TableMaps.TABLES;
        maps.tables().put(next, TableValue.of(selection, places));
        maps.current().putInt(0, next);
        current = next;
    }

    /// The number of times that the program chose the key since the table was created, or since
    /// [#forget]: once for each datagram (UDP) or connection (TCP), once more for a connection that
    /// moves here from a closed socket's queue, and for a SYN that is sent again because the queue
    /// was full.
    public long steered(int key) throws ErrnoException {
        return maps.counters().number(requireKey(key));
    }

    /// The same for each of the keys 0 to `count` − 1.
    public long[] steeredUpTo(int count) throws ErrnoException {
        return maps.counters().numbers(count == 0 ? 0 : requireKey(count - 1) + 1);
    }

    /// The number of times that a served key had no socket in this group, so that the kernel's hash
    /// over the whole group decided.
    public long fallbacks() throws ErrnoException {
        return maps.counters().number(keys);
    }

    /// Sets the key's counter to 0. Use it only for a key that is not served, or a connection may
    /// go uncounted.
    public void forget(int key) throws ErrnoException {
        maps.counters().put(requireKey(key), 0L);
    }

    /// Attaches this table to the group, replacing any program that it had, in one step.
    ///
    /// **Errors:** EINVAL without SO_REUSEPORT. For TCP, attach to a listening socket: a socket
    /// that has a program before listen() does not join its group.
    ///
    /// @param groupMemberFd any member; the program stays when it is closed
    public void attach(int groupMemberFd) throws ErrnoException {
        ErrnoException.check(
                "setsockopt SO_ATTACH_REUSEPORT_EBPF",
                "fd " + groupMemberFd,
                Sockets.setsockopt(
                        groupMemberFd,
                        Sockets.SOL_SOCKET,
                        Sockets.SO_ATTACH_REUSEPORT_EBPF,
                        program.fd().number()));
    }

    private int requireKey(int key) {
        if (key < 0 || key >= keys) {
            throw new IllegalArgumentException("key=" + key + ": must be 0 to " + (keys - 1));
        }
        return key;
    }

    /// Releases the maps and the program. Groups keep using the table, which can no longer be
    /// changed.
    @Override
    public void close() {
        program.fd().close();
        maps.close();
    }
}
