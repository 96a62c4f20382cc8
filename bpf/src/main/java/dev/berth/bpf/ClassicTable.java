package dev.berth.bpf;

import dev.berth.bpf.Classic.Alu;
import dev.berth.bpf.Classic.AluIndex;
import dev.berth.bpf.Classic.CopyToIndex;
import dev.berth.bpf.Classic.JumpIf;
import dev.berth.bpf.Classic.Load;
import dev.berth.bpf.Classic.LoadHeaderLength;
import dev.berth.bpf.Classic.LoadIndexed;
import dev.berth.bpf.Classic.Recall;
import dev.berth.bpf.Classic.Return;
import dev.berth.bpf.Classic.Store;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Sockets;

import java.util.ArrayList;
import java.util.List;

/// Steering without privileges: a classic program that spreads new connections over some members of
/// a SO_REUSEPORT group. Which members is part of the program, so a change is a new [#attach],
/// which replaces the old program in one step.
///
/// A member is named by its index in the group: the order of listen() (TCP) or bind() (UDP); when a
/// member leaves, the last one takes its index. An index beyond the group does not refuse the
/// connection: the kernel's hash over *all* members takes over. A classic program has no say in
/// where the queue of a closed member moves (`net.ipv4.tcp_migrate_req`).
///
/// Since: Linux 4.5 for UDP, 4.6 for TCP.
public final class ClassicTable {

    private static final int NET = Classic.NETWORK_HEADER;
    private static final int ETHERTYPE_IPV6 = 0x86dd;
    private static final int KEPT = 0;

    // Odd constants with well-spread bits: multiplying by them carries every input bit upwards.
    private static final int SPREAD = 0x9e3779b1;
    private static final int MIX_FIRST = 0x85ebca6b;
    private static final int MIX_SECOND = 0xc2b2ae35;

    private ClassicTable() {}

    /// The machine code of [#listing].
    public static long[] program(int[] groupIndices, Family family) {
        return listing(groupIndices, family).assemble();
    }

    /// A program that hashes the client's address and both ports, takes that modulo the number of
    /// indices, and returns the index found there. The hash has no secret and keeps no state: a
    /// client's address and port map to the same place in every process and after every restart.
    /// IPv4 options are skipped; of IPv6 extension headers the first four bytes stand for the
    /// ports.
    ///
    /// Errors: IllegalArgumentException without indices (a classic program cannot refuse a
    /// connection), with a negative one, or with so many that the program gets too long (over
    /// 2,000).
    public static ClassicProgram listing(int[] groupIndices, Family family) {
        requireIndices(groupIndices);
        List<Classic> lines = new ArrayList<>();
        if (groupIndices.length > 1) {
            lines.addAll(
                    switch (family) {
                        case INET -> inet();
                        case INET6 -> dual();
                    });
            lines.addAll(mix());
            lines.add(new Alu(Operation.MOD, groupIndices.length));
        }
        lines.addAll(choose(groupIndices));
        return new ClassicProgram(lines);
    }

    /// Makes the program choose the socket for every new connection or datagram of the group.
    ///
    /// Errors: EINVAL if the socket has no SO_REUSEPORT; ENOMEM over `net.core.optmem_max`. Attach
    /// to a listening socket (TCP): one that has a program before listen() does not join its group.
    ///
    /// @param fd any member of the group; the program stays when it is closed
    public static void attach(int fd, long[] program) throws ErrnoException {
        ErrnoException.check(
                "setsockopt SO_ATTACH_REUSEPORT_CBPF",
                "fd " + fd,
                Sockets.attachClassic(fd, program));
    }

    private static void requireIndices(int[] groupIndices) {
        if (groupIndices.length == 0) {
            throw new IllegalArgumentException(
                    "no indices: a classic program cannot refuse connections");
        }
        for (int index : groupIndices) {
            if (index < 0) {
                throw new IllegalArgumentException("index=" + index + " in a group");
            }
        }
    }

    private static List<Classic> dual() {
        List<Classic> lines = new ArrayList<>();
        lines.add(new Load(Width.WORD, Classic.PROTOCOL));
        lines.add(new JumpIf(Condition.EQUAL, ETHERTYPE_IPV6, "ipv6", Classic.NEXT));
        lines.addAll(inet());
        lines.add(new Classic.Jump("mix"));
        lines.add(new Label("ipv6"));
        lines.addAll(inet6());
        lines.add(new Label("mix"));
        return lines;
    }

    private static List<Classic> inet() {
        return List.of(
                new Load(Width.WORD, NET + 12),
                new Alu(Operation.MUL, SPREAD),
                new Store(KEPT),
                new LoadHeaderLength(NET),
                new LoadIndexed(Width.WORD, NET),
                new Recall(KEPT),
                new AluIndex(Operation.XOR));
    }

    private static List<Classic> inet6() {
        List<Classic> lines = new ArrayList<>();
        lines.add(new Load(Width.WORD, NET + 8));
        for (int word : new int[] {12, 16, 20, 40}) {
            lines.add(new Alu(Operation.MUL, SPREAD));
            lines.add(new Store(KEPT));
            lines.add(new Load(Width.WORD, NET + word));
            lines.add(new Recall(KEPT));
            lines.add(new AluIndex(Operation.XOR));
        }
        return lines;
    }

    // The finalizer of MurmurHash3. Without it, neighbouring source ports would walk over the
    // indices in step with each other, and so would every client that only opens even ports.
    private static List<Classic> mix() {
        List<Classic> lines = new ArrayList<>(fold(16));
        lines.add(new Alu(Operation.MUL, MIX_FIRST));
        lines.addAll(fold(13));
        lines.add(new Alu(Operation.MUL, MIX_SECOND));
        lines.addAll(fold(16));
        return lines;
    }

    private static List<Classic> fold(int bits) {
        return List.of(
                new CopyToIndex(), new Alu(Operation.RSH, bits), new AluIndex(Operation.XOR));
    }

    private static List<Classic> choose(int[] groupIndices) {
        List<Classic> lines = new ArrayList<>();
        int last = groupIndices.length - 1;
        for (int place = 0; place < last; place++) {
            String other = "not" + place;
            lines.add(new JumpIf(Condition.EQUAL, place, Classic.NEXT, other));
            lines.add(new Return(groupIndices[place]));
            lines.add(new Label(other));
        }
        lines.add(new Return(groupIndices[last]));
        return lines;
    }
}
