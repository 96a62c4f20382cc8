package dev.berth.supervise.steering;

import dev.berth.bpf.ClassicTable;
import dev.berth.bpf.Family;
import dev.berth.bpf.Pick;
import dev.berth.bpf.SocketTable;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Steer;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.SockAddr;
import dev.berth.sys.SocketOption;
import dev.berth.sys.Sockets;

import java.io.IOException;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/// The kind of steering that every group of this supervisor gets: found once, by trying.
public final class Mechanism {
    /// A classic program is searched from its beginning, and its length is limited.
    private static final int CLASSIC_PLACES = 512;

    private static final String SHARED = "--join leaves the other programs their share";

    private final Steer chosen;
    private final String reason;
    private final Set<Pick> picks;

    private Mechanism(Steer chosen, String reason, Set<Pick> picks) {
        this.chosen = chosen;
        this.reason = reason;
        this.picks = picks;
    }

    /// Finds the mechanism.
    ///
    /// @throws IOException the requested mechanism is not available
    public static Mechanism find(Steer wanted) throws IOException {
        if (wanted == Steer.DISPATCH) {
            return new Mechanism(wanted, "", Set.of());
        }
        if (wanted == Steer.CLASSIC || wanted == Steer.NONE) {
            return withoutMaps(wanted, "");
        }
        try (SocketTable table = SocketTable.create(1)) {
            Set<Pick> picks = EnumSet.allOf(Pick.class);
            picks.removeIf(pick -> !table.supports(pick));
            return new Mechanism(Steer.EXTENDED, "", picks);
        } catch (IOException refused) {
            if (wanted == Steer.EXTENDED) {
                throw new IOException(
                        "eBPF steering is not available: "
                                + refused.getMessage()
                                + "; grant CAP_BPF, or use --bpf auto",
                        refused);
            }
            String reason = String.valueOf(refused.getMessage());
            return withoutMaps(classic() ? Steer.CLASSIC : Steer.NONE, reason);
        }
    }

    /// The kernel's own hash, for a group that is not ours alone: a program would steer every
    /// connection to our sockets.
    public static Mechanism shared() {
        return withoutMaps(Steer.NONE, SHARED);
    }

    private static Mechanism withoutMaps(Steer chosen, String reason) {
        Set<Pick> picks = EnumSet.of(Pick.HASH);
        if (chosen == Steer.CLASSIC) {
            picks.addAll(EnumSet.of(Pick.RANDOM, Pick.SOURCE));
            if (SocketTable.cpus() <= SocketTable.PLACES) {
                picks.add(Pick.CPU);
            }
        }
        return new Mechanism(chosen, reason, picks);
    }

    /// Whether a group can have a classic program: a system that only resembles Linux may not
    /// support them.
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

    /// Policy and mechanism, for users.
    public String text(Policy policy) {
        return policy.word()
                + switch (chosen) {
                    case AUTO, EXTENDED -> " (ebpf)";
                    case CLASSIC -> " (classic bpf)";
                    case NONE -> " (kernel)";
                    case DISPATCH -> " (dispatcher)";
                };
    }

    /// How a table of this policy is read.
    Pick pick(Policy policy) {
        return switch (policy) {
            case Policy.Hash _ -> Pick.HASH;
            case Policy.Random _ -> Pick.RANDOM;
            case Policy.RoundRobin _, Policy.LeastLoaded _, Policy.LeastConnections _ ->
                    Pick.ROUND_ROBIN;
            case Policy.Cpu _ -> Pick.CPU;
            case Policy.Source _ -> Pick.SOURCE;
            case Policy.Weighted _ ->
                    picks.contains(Pick.ROUND_ROBIN) ? Pick.ROUND_ROBIN : Pick.RANDOM;
        };
    }

    /// The best number of entries in a table.
    int places() {
        return chosen == Steer.EXTENDED ? SocketTable.PLACES : CLASSIC_PLACES;
    }

    /// Why this policy is not available, and what to do about it; empty if it is.
    public Optional<String> refusal(Policy policy) {
        if (chosen == Steer.DISPATCH) {
            return Dispatched.refusal(policy);
        }
        if (policy instanceof Policy.LeastConnections) {
            return Optional.of(
                    "least-connections requires --share dispatch; use least-loaded, which counts"
                            + " connections too");
        }
        if (picks.contains(pick(policy))) {
            return Optional.empty();
        }
        String why =
                switch (chosen) {
                    case AUTO, EXTENDED -> "this kernel's eBPF cannot do it (Linux 5.12 can)";
                    case CLASSIC -> "a classic BPF program has no memory; it needs eBPF";
                    case NONE -> "without a BPF program only the kernel's own hash is available";
                    case DISPATCH -> "a dispatcher has no table";
                };
        return Optional.of(
                policy.word() + " is not available: " + why + excuse() + "; " + remedy());
    }

    /// Why clients cannot be refused while workers are ready; empty if they can.
    Optional<String> refusalToRefuse() {
        return refuses()
                ? Optional.empty()
                : Optional.of(
                        "only eBPF can refuse connections while workers listen"
                                + excuse()
                                + "; run Berth as root or with CAP_BPF, and --bpf auto");
    }

    /// [#reason] in parentheses, after a space; empty if there is none.
    String excuse() {
        return reason.isEmpty() ? "" : " (" + reason + ")";
    }

    private String remedy() {
        if (reason.equals(SHARED)) {
            return "use hash, or a port of its own";
        }
        String others = chosen == Steer.NONE ? "hash" : "hash, random, source, cpu or weighted";
        return "run Berth as root or with CAP_BPF and --bpf auto, or use " + others;
    }

    /// Why it is not the first choice; empty if it is.
    public String reason() {
        return reason;
    }

    /// Whether a dispatcher gives workers their connections.
    boolean dispatches() {
        return chosen == Steer.DISPATCH;
    }

    /// Whether a worker can get a part of what another gets.
    boolean divides() {
        return chosen != Steer.NONE;
    }

    /// Whether a worker's socket goes to its successor even while it is in service.
    boolean handsOn() {
        return chosen == Steer.NONE;
    }

    /// Whether an empty table means that clients are refused.
    boolean refuses() {
        return chosen == Steer.EXTENDED || chosen == Steer.DISPATCH;
    }

    Steering forGroup(GroupKey key) throws IOException {
        return switch (chosen) {
            case AUTO, EXTENDED -> new ExtendedSteering();
            case CLASSIC -> new ClassicSteering(family(key));
            case NONE, DISPATCH -> new NoSteering();
        };
    }

    private static Family family(GroupKey key) {
        return key.address() instanceof SockAddr.Inet4 ? Family.INET : Family.INET6;
    }
}
