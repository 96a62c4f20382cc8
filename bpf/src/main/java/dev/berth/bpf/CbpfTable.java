package dev.berth.bpf;

import dev.berth.bpf.Cbpf.Alu;
import dev.berth.bpf.Cbpf.AluIndex;
import dev.berth.bpf.Cbpf.CopyToIndex;
import dev.berth.bpf.Cbpf.JumpIf;
import dev.berth.bpf.Cbpf.Load;
import dev.berth.bpf.Cbpf.LoadHeaderLength;
import dev.berth.bpf.Cbpf.LoadIndexed;
import dev.berth.bpf.Cbpf.Recall;
import dev.berth.bpf.Cbpf.Return;
import dev.berth.bpf.Cbpf.Store;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Sockets;

import java.util.ArrayList;
import java.util.List;

/// Steering without privileges: a classic program that spreads new connections over some members of
/// a SO_REUSEPORT group. The choice of members is part of the program, so changing it takes a new
/// [#attach], which replaces the old program in one step.
///
/// A member is identified by its index in the group: the order of listen() (TCP) or bind() (UDP).
/// When a member leaves, the last member takes its index. An index beyond the group does not refuse
/// the connection: the kernel's hash over *all* members decides instead. A classic program has no
/// influence on where the queue of a closed member moves (`net.ipv4.tcp_migrate_req`).
///
/// **Since:** Linux 4.5 for UDP, 4.6 for TCP.
public final class CbpfTable {

    private static final int NET = Cbpf.NETWORK_HEADER;
    private static final int ETHERTYPE_IPV6 = 0x86dd;
    private static final int KEPT = 0;

    // Odd constants with well-spread bits: multiplying by them carries every input bit upwards.
    private static final int SPREAD = 0x9e3779b1;
    private static final int MIX_FIRST = 0x85ebca6b;
    private static final int MIX_SECOND = 0xc2b2ae35;

    private CbpfTable() {}

    /// The machine code of [#listing].
    public static long[] program(Selection selection, int[] places, Family family) {
        return listing(selection, places, family).assemble();
    }

    /// Creates a program that picks a place and returns the group index at that place.
    ///
    /// [Selection#HASH] uses the client's address and both ports, [Selection#SOURCE] the address
    /// only. Neither has a secret or keeps state: a client maps to the same place in every process
    /// and after every restart. IPv4 options are skipped; of IPv6 extension headers the first four
    /// bytes stand for the ports.
    ///
    /// **Errors:** IllegalArgumentException without places (a classic program cannot refuse a
    /// connection), with a negative index, with so many places that the program gets too long (over
    /// 2,000), for [Selection#CPU] if the places are not rows of [SocketTable#cpus], and for
    /// [Selection#ROUND_ROBIN], which needs memory.
    ///
    /// @param places the index in the group at each place
    public static CbpfProgram listing(Selection selection, int[] places, Family family) {
        requireIndices(places);
        List<Cbpf> lines = new ArrayList<>();
        if (places.length > 1) {
            lines.addAll(pick(selection, places.length, family));
        }
        lines.addAll(choose(places));
        return new CbpfProgram(lines);
    }

    /// Sets A to the number of a place.
    private static List<Cbpf> pick(Selection selection, int places, Family family) {
        List<Cbpf> lines = new ArrayList<>();
        switch (selection) {
            case RANDOM -> lines.add(new Load(Width.WORD, Cbpf.RANDOM));
            case CPU -> {
                return cpu(places, SocketTable.cpus());
            }
            case HASH, SOURCE -> {
                lines.addAll(
                        switch (family) {
                            case INET -> inet(selection);
                            case INET6 -> dual(selection);
                        });
                lines.addAll(mix());
            }
            case ROUND_ROBIN ->
                    throw new IllegalArgumentException(
                            "round robin needs memory, which a classic program does not have");
        }
        lines.add(new Alu(AluOperation.MOD, places));
        return lines;
    }

    private static List<Cbpf> cpu(int places, int cpus) {
        if (places % cpus != 0) {
            throw new IllegalArgumentException(
                    "places=" + places + ": must be whole rows of " + cpus + " CPUs");
        }
        return List.of(
                new Load(Width.WORD, Cbpf.RANDOM),
                new Alu(AluOperation.MOD, places / cpus),
                new Alu(AluOperation.MUL, cpus),
                new Store(KEPT),
                new Load(Width.WORD, Cbpf.CPU),
                new Recall(KEPT),
                new AluIndex(AluOperation.ADD));
    }

    /// Makes the program choose the socket for every new connection or datagram of the group.
    ///
    /// **Errors:** EINVAL if the socket has no SO_REUSEPORT; ENOMEM above `net.core.optmem_max`.
    /// For TCP, attach to a listening socket: a socket that has a program before listen() does not
    /// join its group.
    ///
    /// @param fd any member of the group; the program stays when it is closed
    public static void attach(int fd, long[] program) throws ErrnoException {
        ErrnoException.check(
                "setsockopt SO_ATTACH_REUSEPORT_CBPF",
                "fd " + fd,
                Sockets.attachClassic(fd, program));
    }

    private static void requireIndices(int[] places) {
        if (places.length == 0) {
            throw new IllegalArgumentException(
                    "no indices: a classic program cannot refuse connections");
        }
        for (int index : places) {
            if (index < 0) {
                throw new IllegalArgumentException("index=" + index + " in a group");
            }
        }
    }

    private static List<Cbpf> dual(Selection selection) {
        List<Cbpf> lines = new ArrayList<>();
        lines.add(new Load(Width.WORD, Cbpf.PROTOCOL));
        lines.add(new JumpIf(JumpCondition.EQUAL, ETHERTYPE_IPV6, "ipv6", Cbpf.NEXT));
        lines.addAll(inet(selection));
        lines.add(new Cbpf.Jump("mix"));
        lines.add(new Label("ipv6"));
        lines.addAll(inet6(selection));
        lines.add(new Label("mix"));
        return lines;
    }

    private static List<Cbpf> inet(Selection selection) {
        List<Cbpf> lines = new ArrayList<>();
        lines.add(new Load(Width.WORD, NET + 12));
        lines.add(new Alu(AluOperation.MUL, SPREAD));
        if (selection == Selection.HASH) {
            lines.add(new Store(KEPT));
            lines.add(new LoadHeaderLength(NET));
            lines.add(new LoadIndexed(Width.WORD, NET));
            lines.add(new Recall(KEPT));
            lines.add(new AluIndex(AluOperation.XOR));
        }
        return lines;
    }

    private static List<Cbpf> inet6(Selection selection) {
        List<Cbpf> lines = new ArrayList<>();
        lines.add(new Load(Width.WORD, NET + 8));
        int[] rest =
                selection == Selection.HASH ? new int[] {12, 16, 20, 40} : new int[] {12, 16, 20};
        for (int word : rest) {
            lines.add(new Alu(AluOperation.MUL, SPREAD));
            lines.add(new Store(KEPT));
            lines.add(new Load(Width.WORD, NET + word));
            lines.add(new Recall(KEPT));
            lines.add(new AluIndex(AluOperation.XOR));
        }
        return lines;
    }

    // The finalizer of MurmurHash3. Without it, neighbouring source ports would walk over the
    // indices in step, and so would all clients that only open even ports.
    private static List<Cbpf> mix() {
        List<Cbpf> lines = new ArrayList<>(fold(16));
        lines.add(new Alu(AluOperation.MUL, MIX_FIRST));
        lines.addAll(fold(13));
        lines.add(new Alu(AluOperation.MUL, MIX_SECOND));
        lines.addAll(fold(16));
        return lines;
    }

    private static List<Cbpf> fold(int bits) {
        return List.of(
                new CopyToIndex(), new Alu(AluOperation.RSH, bits), new AluIndex(AluOperation.XOR));
    }

    private static List<Cbpf> choose(int[] places) {
        List<Cbpf> lines = new ArrayList<>();
        int last = places.length - 1;
        for (int place = 0; place < last; place++) {
            String other = "not" + place;
            lines.add(new JumpIf(JumpCondition.EQUAL, place, Cbpf.NEXT, other));
            lines.add(new Return(places[place]));
            lines.add(new Label(other));
        }
        lines.add(new Return(places[last]));
        return lines;
    }
}
