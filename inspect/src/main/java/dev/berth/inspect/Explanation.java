package dev.berth.inspect;

import dev.berth.net.SocketRow;
import dev.berth.net.TcpState;
import dev.berth.sys.Processes;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Says why nobody holds a socket, or why nobody could be found who does.
final class Explanation {
    /// The number that the kernel gives to the first pid namespace, always.
    private static final String FIRST_PID_NAMESPACE = "pid:[4026531836]";

    private final int refused;
    private final boolean root;
    private final boolean hidden;
    private final boolean firstPidNamespace;

    /// - `refused`: how many processes could not be looked into
    /// - `root`: whether the caller is root
    /// - `hidden`: whether this user does not even see other users' processes
    /// - `firstPidNamespace`: whether there is none above the caller's
    Explanation(int refused, boolean root, boolean hidden, boolean firstPidNamespace) {
        this.refused = refused;
        this.root = root;
        this.hidden = hidden;
        this.firstPidNamespace = firstPidNamespace;
    }

    /// For the calling process.
    static Explanation here(int refused) {
        boolean hidden = !new File("/proc/1").exists();
        return new Explanation(refused, Processes.geteuid() == 0, hidden, inFirstPidNamespace());
    }

    private static boolean inFirstPidNamespace() {
        try {
            Path link = Files.readSymbolicLink(Path.of("/proc/self/ns/pid"));
            return link.toString().equals(FIRST_PID_NAMESPACE);
        } catch (IOException unknown) {
            return false;
        }
    }

    /// - `made`: where it was made, as far as its cgroup tells
    String of(SocketRow row, CgroupPath made) {
        return row.inode() == 0 ? unheld(row) : notFound(made);
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

    private String notFound(CgroupPath made) {
        String whence =
                made.container().or(made::unit).map(name -> "; it was made in " + name).orElse("");
        if (hidden) {
            return "other users' processes are hidden from you (hidepid); root sees them" + whence;
        }
        if (refused > 0 && !root) {
            return "no permission to look into " + refused() + "; run as root to see more" + whence;
        }
        String closed =
                refused == 0 ? "" : "it is of " + refused() + " that even root may not look into, ";
        String elsewhere = firstPidNamespace ? "" : "a process of another pid namespace has it, ";
        return "no process here has it open: "
                + closed
                + "it was closed meanwhile, it is on its way through a Unix socket (SCM_RIGHTS), "
                + elsewhere
                + "or the kernel itself holds it"
                + whence;
    }

    private String refused() {
        return refused == 1 ? "1 process" : refused + " processes";
    }
}
