package dev.berth.supervise;

import dev.berth.bpf.ClassicTable;
import dev.berth.bpf.Family;
import dev.berth.bpf.Pick;
import dev.berth.bpf.SocketTable;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.SockAddr;
import dev.berth.sys.SocketOption;
import dev.berth.sys.Sockets;

import java.io.IOException;

/// Which kind of steering every group of this supervisor gets: found once, by trying.
final class Mechanism {
    private final Steer chosen;
    private final String reason;

    private Mechanism(Steer chosen, String reason) {
        this.chosen = chosen;
        this.reason = reason;
    }

    /// @throws IOException the mechanism that was asked for cannot be had
    static Mechanism find(Steer wanted) throws IOException {
        if (wanted == Steer.CLASSIC || wanted == Steer.NONE) {
            return new Mechanism(wanted, "");
        }
        try {
            SocketTable.create(1).close();
            return new Mechanism(Steer.EXTENDED, "");
        } catch (IOException refused) {
            if (wanted == Steer.EXTENDED) {
                throw new IOException(
                        "eBPF steering cannot be had: "
                                + refused.getMessage()
                                + "; give CAP_BPF, or take --bpf auto",
                        refused);
            }
            String reason = String.valueOf(refused.getMessage());
            return new Mechanism(classic() ? Steer.CLASSIC : Steer.NONE, reason);
        }
    }

    /// Whether a group can have a classic program: a system that only resembles Linux may not know
    /// of any.
    private static boolean classic() {
        int type = Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC;
        try (Fd probe = Fd.of("socket", "", Sockets.socket(Sockets.AF_INET, type, 0))) {
            SocketOption.REUSEPORT.write(probe.number(), 1);
            ClassicTable.attach(
                    probe.number(), ClassicTable.program(Pick.HASH, new int[1], Family.INET));
            return true;
        } catch (ErrnoException unknown) {
            return false;
        }
    }

    /// Policy and mechanism, for people.
    String text() {
        return switch (chosen) {
            case AUTO, EXTENDED -> "hash (ebpf)";
            case CLASSIC -> "hash (classic bpf)";
            case NONE -> "hash (kernel)";
        };
    }

    /// Why it is not the first choice; empty if it is.
    String reason() {
        return reason;
    }

    /// Whether a worker's socket goes to its successor even while it is in service.
    boolean handsOn() {
        return chosen == Steer.NONE;
    }

    /// Whether an empty table means that clients are refused.
    boolean refuses() {
        return chosen == Steer.EXTENDED;
    }

    Steering forGroup(GroupKey key) throws IOException {
        return switch (chosen) {
            case AUTO, EXTENDED -> new ExtendedSteering();
            case CLASSIC -> new ClassicSteering(family(key));
            case NONE -> new NoSteering();
        };
    }

    private static Family family(GroupKey key) {
        return key.address() instanceof SockAddr.Inet4 ? Family.INET : Family.INET6;
    }
}
