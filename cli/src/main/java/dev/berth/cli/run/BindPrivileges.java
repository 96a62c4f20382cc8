package dev.berth.cli.run;

import dev.berth.net.LowPorts;
import dev.berth.supervise.contract.SocketSource;
import dev.berth.sys.Capabilities;
import dev.berth.sys.Capability;
import dev.berth.sys.Processes;

import java.nio.file.Path;
import java.util.Optional;

/// Which process binds the workers' ports, and whether it may bind those below 1024.
///
/// In the mode `bind` it is the worker: its rights count, and they may come from its file. In all
/// other modes it is the supervisor.
///
/// @param lowPorts whether it may bind ports below 1024
/// @param worker whether the worker binds for itself
/// @param lost which privileges the program loses that its file would give it, and what to do;
///   empty if none
/// @param hidden why Berth could not see which addresses the worker binds, and what to do; empty if
///   it can
record BindPrivileges(
        boolean lowPorts, boolean worker, Optional<String> lost, Optional<String> hidden) {
    /// What this process may do.
    ///
    /// @param effective whether CAP_NET_BIND_SERVICE is in effect
    /// @param kept whether a program that it starts as its own user has that capability, too
    /// @param filters whether it may watch a worker without `no_new_privs` (CAP_SYS_ADMIN)
    /// @param traces whether it may inspect processes with more rights (CAP_SYS_PTRACE)
    /// @param denied whether it was started under `no_new_privs` itself
    record Own(boolean effective, boolean kept, boolean filters, boolean traces, boolean denied) {
        static Own read() {
            boolean effective = Capabilities.has(Capability.NET_BIND_SERVICE);
            boolean root = Processes.geteuid() == 0;
            return new Own(
                    effective,
                    root && effective
                            || Capabilities.ambient().contains(Capability.NET_BIND_SERVICE),
                    Capabilities.has(Capability.SYS_ADMIN),
                    Capabilities.has(Capability.SYS_PTRACE),
                    Processes.prctl(Processes.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
        }
    }

    /// The rights of this process for such sockets.
    ///
    /// @param otherUser whether the workers run as another user
    /// @param program the file of the command; empty if it differs from slot to slot
    static BindPrivileges of(SocketSource sockets, boolean otherUser, Optional<Path> program) {
        return of(sockets, otherUser, program.map(FilePrivileges::of), Own.read());
    }

    static BindPrivileges of(
            SocketSource sockets, boolean otherUser, Optional<FilePrivileges> program, Own own) {
        boolean watched = sockets instanceof SocketSource.Intercept && !own.filters();
        boolean denied = own.denied() || watched;
        Optional<FilePrivileges> granted = program.filter(FilePrivileges::any);
        Optional<String> lost =
                denied ? granted.map(file -> lost(file, own.denied())) : Optional.empty();
        if (!(sockets instanceof SocketSource.SelfBind)) {
            return new BindPrivileges(own.effective(), false, lost, Optional.empty());
        }
        boolean kept = own.kept() && !otherUser;
        boolean given = !denied && granted.map(FilePrivileges::lowPorts).orElse(false);
        // Which program a slot runs is not known here: its own bind will show it.
        boolean file = program.isEmpty() || given;
        Optional<String> hidden =
                denied || own.traces() ? Optional.empty() : granted.map(BindPrivileges::hidden);
        return new BindPrivileges(kept || file, true, lost, hidden);
    }

    /// The kernel does not let processes of the same user inspect a process that got privileges
    /// from its file.
    private static String hidden(FilePrivileges file) {
        return file
                + " gets privileges from its file, so the kernel does not let Berth inspect its"
                + " process, and Berth would never find the sockets that it binds (--adopt bind)."
                + " Use --adopt listen-fds if the program supports socket activation; start Berth"
                + " as root with --user NAME; or remove the privileges from the file and give them"
                + " to Berth, whose workers keep them (systemd: AmbientCapabilities=)";
    }

    private static String lost(FilePrivileges file, boolean everywhere) {
        return file
                + " loses the privileges of its file: "
                + (everywhere
                        ? "Berth itself was started with no_new_privs (by a container or systemd's"
                                + " NoNewPrivileges=), which cannot be undone; start it without"
                                + " that"
                        : "without CAP_SYS_ADMIN, Berth can intercept a worker's binds only with"
                                + " no_new_privs. To keep the privileges: --adopt listen-fds, or"
                                + " start Berth as root with --user NAME");
    }

    /// The message that refuses a low port: why, and what to do.
    ///
    /// @param what the port or address as the user gave it
    /// @param address the same in the form that `-l` takes
    String refusal(String what, int port, String address) {
        return (worker ? "the worker would bind it by itself (--adopt bind), and has " : "")
                + LowPorts.refused(what, port, address);
    }
}
