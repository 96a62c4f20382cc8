package dev.berth.inspect;

import dev.berth.net.SocketRow;
import dev.berth.net.TcpState;
import dev.berth.sys.Capabilities;
import dev.berth.sys.Capability;
import dev.berth.sys.Processes;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/// Explains why a socket has no holder, or why its holder could not be found.
final class MissingOwnerExplanation {
    /// The kernel's number for the first pid namespace, always the same.
    private static final String FIRST_PID_NAMESPACE = "pid:[4026531836]";

    private final ProcessVisibility sight;
    private final KernelSockets kernel;
    private final Supplier<Optional<String>> underway;

    /// How much of the machine's processes the caller can see.
    ///
    /// @param refused the number of processes that could not be inspected
    /// @param root whether the caller is root
    /// @param traces whether it has CAP_SYS_PTRACE, which can inspect any process
    /// @param hidden whether this user does not even see other users' processes
    /// @param firstPidNamespace whether there is no pid namespace above the caller's
    record ProcessVisibility(
            int refused, boolean root, boolean traces, boolean hidden, boolean firstPidNamespace) {}

    /// @param underway where descriptors wait to be received, if anywhere; evaluated once
    MissingOwnerExplanation(
            ProcessVisibility sight, KernelSockets kernel, Supplier<Optional<String>> underway) {
        this.sight = sight;
        this.kernel = kernel;
        this.underway = underway;
    }

    /// For the calling process.
    static MissingOwnerExplanation here(int refused) {
        boolean hidden = !new File("/proc/1").exists();
        boolean root = Processes.geteuid() == 0;
        boolean traces = Capabilities.has(Capability.SYS_PTRACE);
        return new MissingOwnerExplanation(
                new ProcessVisibility(refused, root, traces, hidden, inFirstPidNamespace()),
                new KernelSockets(),
                () -> new DescriptorsInTransit().place());
    }

    private static boolean inFirstPidNamespace() {
        try {
            Path link = Files.readSymbolicLink(Path.of("/proc/self/ns/pid"));
            return link.toString().equals(FIRST_PID_NAMESPACE);
        } catch (IOException unknown) {
            return false;
        }
    }

    /// @param own whether it is in the caller's network namespace
    /// @param made where it was created, according to its cgroup
    MissingOwner of(SocketRow row, boolean own, CgroupPath made) {
        if (row.inode() == 0) {
            return new MissingOwner(MissingOwner.Kind.REMAINDER, "the kernel", unheld(row), "");
        }
        return kernel.of(row, own).orElseGet(() -> notFound(row, made));
    }

    /// For a socket that only the kernel holds: no descriptor refers to it.
    private static String unheld(SocketRow row) {
        if (row.details().timeWaitMillis().isPresent()) {
            return row.state() == TcpState.TIME_WAIT
                    ? "TIME_WAIT: the connection is closed, the kernel keeps its port for a while"
                    : "orphan: closed by its process, the kernel waits for the peer to close";
        }
        return switch (row.state()) {
            case SYN_RECV, NEW_SYN_RECV ->
                    "a handshake in progress, handled by the kernel for the listener";
            case ESTABLISHED, CLOSE_WAIT -> "not accepted yet: it waits in the listener's queue";
            case FIN_WAIT1, FIN_WAIT2, LAST_ACK, CLOSING, TIME_WAIT ->
                    "orphan: closed by its process, the kernel is ending the connection";
            case LISTEN, SYN_SENT, CLOSE, BOUND_INACTIVE -> "held by the kernel itself";
        };
    }

    private MissingOwner notFound(SocketRow row, CgroupPath made) {
        String whence =
                made.container().or(made::unit).map(name -> "; created in " + name).orElse("");
        String socket = " (socket with uid " + Integer.toUnsignedString(row.uid()) + ")";
        Optional<String> reason = hidden();
        if (reason.isPresent()) {
            return new MissingOwner(
                    MissingOwner.Kind.HIDDEN,
                    "a process that you are not permitted to inspect, or the kernel" + socket,
                    reason.get() + whence,
                    "");
        }
        return new MissingOwner(
                MissingOwner.Kind.NOBODY,
                "no process visible here" + socket,
                nobody() + whence,
                "");
    }

    /// Why there may be a process that the caller does not see; empty if it sees its whole pid
    /// namespace.
    private Optional<String> hidden() {
        if (sight.hidden) {
            return Optional.of(
                    "other users' processes are hidden from you (hidepid); root sees them");
        }
        if (sight.refused == 0) {
            return Optional.empty();
        }
        if (!sight.root) {
            return Optional.of(
                    "no permission to inspect " + refused() + "; run as root to see more");
        }
        return sight.traces
                ? Optional.empty()
                : Optional.of(
                        "root lacks CAP_SYS_PTRACE here, as in a container, and cannot inspect "
                                + refused()
                                + "; run it with that capability, or outside the container");
    }

    private String nobody() {
        String closed =
                sight.refused == 0
                        ? ""
                        : "it belongs to " + refused() + " that even root cannot inspect, ";
        String elsewhere =
                sight.firstPidNamespace ? "" : "a process in another pid namespace has it, ";
        String way =
                underway.get()
                        .map(place -> " (some are waiting to be received by " + place + ")")
                        .orElse("");
        return ("no process here has it open: %sit was closed meanwhile, it is in"
                        + " transit through a Unix socket (SCM_RIGHTS%s), %sor it belongs"
                        + " to the kernel (a tunnel: ip -d link, wg show; NFS: rpcinfo -p)")
                .formatted(closed, way, elsewhere);
    }

    private String refused() {
        return sight.refused == 1 ? "1 process" : sight.refused + " processes";
    }
}
