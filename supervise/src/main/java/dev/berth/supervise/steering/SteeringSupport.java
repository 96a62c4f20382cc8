package dev.berth.supervise.steering;

import dev.berth.bpf.CbpfTable;
import dev.berth.bpf.Family;
import dev.berth.bpf.Selection;
import dev.berth.bpf.SocketTable;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.SteeringBackend;
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
public final class SteeringSupport {
    /// A classic program is searched from its beginning, and its length is limited.
    private static final int CLASSIC_PLACES = 512;

    private static final String SHARED = "--join leaves the other programs their share";

    /// What chooses the worker for a connection.
    private enum Mechanism {
        EBPF(" (ebpf)"),
        CBPF(" (classic bpf)"),
        KERNEL(" (kernel)"),
        DISPATCHER(" (dispatcher)");

        private final String text;

        Mechanism(String text) {
            this.text = text;
        }
    }

    private final Mechanism chosen;
    private final String reason;
    private final Set<Selection> selections;

    private SteeringSupport(Mechanism chosen, String reason, Set<Selection> selections) {
        this.chosen = chosen;
        this.reason = reason;
        this.selections = selections;
    }

    /// Finds the mechanism.
    ///
    /// @throws IOException the requested mechanism is not available
    public static SteeringSupport find(SteeringBackend wanted) throws IOException {
        if (wanted == SteeringBackend.CBPF || wanted == SteeringBackend.NONE) {
            boolean classic = wanted == SteeringBackend.CBPF;
            return withoutMaps(classic ? Mechanism.CBPF : Mechanism.KERNEL, "");
        }
        try (SocketTable table = SocketTable.create(1)) {
            Set<Selection> selections = EnumSet.allOf(Selection.class);
            selections.removeIf(selection -> !table.supports(selection));
            return new SteeringSupport(Mechanism.EBPF, "", selections);
        } catch (IOException refused) {
            if (wanted == SteeringBackend.EBPF) {
                throw new IOException(
                        "eBPF steering is not available: "
                                + refused.getMessage()
                                + "; grant CAP_BPF, or use --bpf auto",
                        refused);
            }
            String reason = String.valueOf(refused.getMessage());
            return withoutMaps(classic() ? Mechanism.CBPF : Mechanism.KERNEL, reason);
        }
    }

    /// The kernel's own hash, for a group that is not ours alone: a program would steer every
    /// connection to our sockets.
    public static SteeringSupport shared() {
        return withoutMaps(Mechanism.KERNEL, SHARED);
    }

    /// A dispatcher instead of the kernel.
    public static SteeringSupport dispatcher() {
        return new SteeringSupport(Mechanism.DISPATCHER, "", Set.of());
    }

    private static SteeringSupport withoutMaps(Mechanism chosen, String reason) {
        Set<Selection> selections = EnumSet.of(Selection.HASH);
        if (chosen == Mechanism.CBPF) {
            selections.addAll(EnumSet.of(Selection.RANDOM, Selection.SOURCE));
            if (SocketTable.cpus() <= SocketTable.PLACES) {
                selections.add(Selection.CPU);
            }
        }
        return new SteeringSupport(chosen, reason, selections);
    }

    /// Whether a group can have a classic program: a system that only resembles Linux may not
    /// support them.
    private static boolean classic() {
        int type = Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC;
        try (Fd probe = Fd.of("socket", "", Sockets.socket(Sockets.AF_INET, type, 0))) {
            SocketOption.REUSEPORT.write(probe.number(), 1);
            CbpfTable.attach(
                    probe.number(), CbpfTable.program(Selection.HASH, new int[1], Family.INET));
            return true;
        } catch (ErrnoException unknown) {
            return false;
        }
    }

    /// Policy and mechanism, for users.
    public String text(Policy policy) {
        return policy.word() + chosen.text;
    }

    /// How a table of this policy is read.
    Selection selection(Policy policy) {
        return switch (policy) {
            case Policy.Hash _ -> Selection.HASH;
            case Policy.Random _ -> Selection.RANDOM;
            case Policy.RoundRobin _, Policy.LeastLoaded _, Policy.LeastConnections _ ->
                    Selection.ROUND_ROBIN;
            case Policy.Cpu _ -> Selection.CPU;
            case Policy.Source _ -> Selection.SOURCE;
            case Policy.Weighted _ ->
                    selections.contains(Selection.ROUND_ROBIN)
                            ? Selection.ROUND_ROBIN
                            : Selection.RANDOM;
        };
    }

    /// The best number of entries in a table.
    int entries() {
        return chosen == Mechanism.EBPF ? SocketTable.PLACES : CLASSIC_PLACES;
    }

    /// Why this policy is not available, and what to do about it; empty if it is.
    public Optional<String> refusal(Policy policy) {
        if (chosen == Mechanism.DISPATCHER) {
            return DispatcherTarget.refusal(policy);
        }
        if (policy instanceof Policy.LeastConnections) {
            return Optional.of(
                    "least-connections requires --share dispatch; use least-loaded, which counts"
                            + " connections too");
        }
        if (selections.contains(selection(policy))) {
            return Optional.empty();
        }
        String why =
                switch (chosen) {
                    case EBPF -> "this kernel's eBPF cannot do it (Linux 5.12 can)";
                    case CBPF -> "a classic BPF program has no memory; it needs eBPF";
                    case KERNEL -> "without a BPF program only the kernel's own hash is available";
                    case DISPATCHER -> "a dispatcher has no table";
                };
        return Optional.of(
                policy.word() + " is not available: " + why + reasonSuffix() + "; " + remedy());
    }

    /// Why clients cannot be refused while workers are ready; empty if they can.
    Optional<String> shedRefusal() {
        return canRefuse()
                ? Optional.empty()
                : Optional.of(
                        "only eBPF can refuse connections while workers listen"
                                + reasonSuffix()
                                + "; run Berth as root or with CAP_BPF, and --bpf auto");
    }

    /// [#reason] in parentheses, after a space; empty if there is none.
    String reasonSuffix() {
        return reason.isEmpty() ? "" : " (" + reason + ")";
    }

    private String remedy() {
        if (reason.equals(SHARED)) {
            return "use hash, or a port of its own";
        }
        String others =
                chosen == Mechanism.KERNEL ? "hash" : "hash, random, source, cpu or weighted";
        return "run Berth as root or with CAP_BPF and --bpf auto, or use " + others;
    }

    /// Why it is not the first choice; empty if it is.
    public String reason() {
        return reason;
    }

    /// Whether a worker can get a part of what another gets.
    boolean supportsPartialShares() {
        return chosen != Mechanism.KERNEL;
    }

    /// Whether a worker's socket goes to its successor even while it is in service.
    boolean passesSocketOn() {
        return chosen == Mechanism.KERNEL;
    }

    /// Whether an empty table means that clients are refused.
    boolean canRefuse() {
        return chosen == Mechanism.EBPF || chosen == Mechanism.DISPATCHER;
    }

    Steering forGroup(GroupKey key) throws IOException {
        return switch (chosen) {
            case EBPF -> new EbpfSteering();
            case CBPF -> new CbpfSteering(family(key));
            case KERNEL, DISPATCHER -> new NoSteering();
        };
    }

    private static Family family(GroupKey key) {
        return key.address() instanceof SockAddr.Inet4 ? Family.INET : Family.INET6;
    }
}
