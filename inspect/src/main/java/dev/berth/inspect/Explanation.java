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

/// Says why nobody holds a socket, or why nobody could be found who does.
final class Explanation {
    /// The number that the kernel gives to the first pid namespace, always.
    private static final String FIRST_PID_NAMESPACE = "pid:[4026531836]";

    private final Sight sight;
    private final KernelSockets kernel;
    private final Supplier<Optional<String>> underway;

    /// How much of the machine's processes the caller sees.
    ///
    /// @param refused how many processes could not be looked into
    /// @param root whether the caller is root
    /// @param traces whether it has CAP_SYS_PTRACE, which looks into any process
    /// @param hidden whether this user does not even see other users' processes
    /// @param firstPidNamespace whether there is none above the caller's
    record Sight(
            int refused, boolean root, boolean traces, boolean hidden, boolean firstPidNamespace) {}

    /// - `underway`: where descriptors wait to be received, if anywhere; asked once
    Explanation(Sight sight, KernelSockets kernel, Supplier<Optional<String>> underway) {
        this.sight = sight;
        this.kernel = kernel;
        this.underway = underway;
    }

    /// For the calling process.
    static Explanation here(int refused) {
        boolean hidden = !new File("/proc/1").exists();
        boolean root = Processes.geteuid() == 0;
        boolean traces = Capabilities.has(Capability.SYS_PTRACE);
        return new Explanation(
                new Sight(refused, root, traces, hidden, inFirstPidNamespace()),
                new KernelSockets(),
                () -> new Underway().place());
    }

    private static boolean inFirstPidNamespace() {
        try {
            Path link = Files.readSymbolicLink(Path.of("/proc/self/ns/pid"));
            return link.toString().equals(FIRST_PID_NAMESPACE);
        } catch (IOException unknown) {
            return false;
        }
    }

    /// - `own`: whether it is in the caller's network namespace
    /// - `made`: where it was made, as far as its cgroup tells
    Absence of(SocketRow row, boolean own, CgroupPath made) {
        if (row.inode() == 0) {
            return new Absence(Absence.Kind.REMAINDER, "the kernel", unheld(row), "");
        }
        return kernel.of(row, own).orElseGet(() -> notFound(row, made));
    }

    /// The kernel's alone: no descriptor refers to it.
    private static String unheld(SocketRow row) {
        if (row.details().timeWaitMillis().isPresent()) {
            return row.state() == TcpState.TIME_WAIT
                    ? "TIME_WAIT: the connection is closed, the kernel keeps its port for a while"
                    : "orphan: closed by its process, the kernel waits for the peer to close";
        }
        return switch (row.state()) {
            case SYN_RECV, NEW_SYN_RECV ->
                    "a handshake under way, which the kernel does for the listener";
            case ESTABLISHED, CLOSE_WAIT ->
                    "not accepted yet: it waits in the queue of the listener";
            case FIN_WAIT1, FIN_WAIT2, LAST_ACK, CLOSING, TIME_WAIT ->
                    "orphan: closed by its process, the kernel ends the connection";
            case LISTEN, SYN_SENT, CLOSE, BOUND_INACTIVE -> "held by the kernel itself";
        };
    }

    private Absence notFound(SocketRow row, CgroupPath made) {
        String whence =
                made.container().or(made::unit).map(name -> "; it was made in " + name).orElse("");
        String socket = " (socket of uid " + Integer.toUnsignedString(row.uid()) + ")";
        Optional<String> reason = hidden();
        if (reason.isPresent()) {
            return new Absence(
                    Absence.Kind.HIDDEN,
                    "a process that you may not look into, or the kernel" + socket,
                    reason.get() + whence,
                    "");
        }
        return new Absence(
                Absence.Kind.NOBODY,
                "no process that is seen here" + socket,
                nobody() + whence,
                "");
    }

    /// Why there may be a process that the caller does not see; empty if it sees all of its pid
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
                    "no permission to look into " + refused() + "; run as root to see more");
        }
        return sight.traces
                ? Optional.empty()
                : Optional.of(
                        "root lacks CAP_SYS_PTRACE here, as in a container, and may not look into "
                                + refused()
                                + "; run it with that capability, or outside of the container");
    }

    private String nobody() {
        String closed =
                sight.refused == 0
                        ? ""
                        : "it is of " + refused() + " that even root may not look into, ";
        String elsewhere =
                sight.firstPidNamespace ? "" : "a process of another pid namespace has it, ";
        String way =
                underway.get()
                        .map(place -> " (some wait to be received by " + place + ")")
                        .orElse("");
        return "no process here has it open: "
                + closed
                + "it was closed meanwhile, it is on its way through a Unix socket (SCM_RIGHTS"
                + way
                + "), "
                + elsewhere
                + "or it is the kernel's own (a tunnel: ip -d link, wg show; NFS: rpcinfo -p)";
    }

    private String refused() {
        return sight.refused == 1 ? "1 process" : sight.refused + " processes";
    }
}
