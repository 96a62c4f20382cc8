package dev.berth.cli.run;

import dev.berth.net.LowPorts;
import dev.berth.supervise.contract.Adopt;
import dev.berth.sys.Capabilities;
import dev.berth.sys.Capability;
import dev.berth.sys.Processes;

import java.nio.file.Path;
import java.util.Optional;

/// Who binds the workers' ports, and whether that process may bind those below 1024.
///
/// In the mode `bind` it is the worker: its rights count, and they may come from its file. In all
/// others it is the supervisor.
///
/// @param lowPorts whether it may
/// @param worker whether the worker binds by itself
/// @param lost what the program's file would give it and does not, and what to do; empty if nothing
/// @param hidden why Berth could not see what the worker binds, and what to do; empty if it can
record WorkerRights(
        boolean lowPorts, boolean worker, Optional<String> lost, Optional<String> hidden) {
    /// What is known of this process and its kernel.
    ///
    /// @param effective whether CAP_NET_BIND_SERVICE is in effect
    /// @param kept whether a program that it starts as its own user has that capability too
    /// @param filters whether it may watch a worker without `no_new_privs` (CAP_SYS_ADMIN)
    /// @param traces whether it may look into processes with more rights (CAP_SYS_PTRACE)
    /// @param denied whether it was itself started under `no_new_privs`
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

    /// @param program the file of the command; empty where it differs from slot to slot
    static WorkerRights of(RunOptions options, Optional<Path> program) {
        return of(options, program.map(FilePrivileges::of), Own.read());
    }

    static WorkerRights of(RunOptions options, Optional<FilePrivileges> program, Own own) {
        boolean watched = options.adopt() == Adopt.SECCOMP && !own.filters();
        boolean denied = own.denied() || watched;
        Optional<FilePrivileges> granted = program.filter(FilePrivileges::any);
        Optional<String> lost =
                denied ? granted.map(file -> lost(file, own.denied())) : Optional.empty();
        if (options.adopt() != Adopt.BIND) {
            return new WorkerRights(own.effective(), false, lost, Optional.empty());
        }
        boolean kept = own.kept() && options.user().isEmpty();
        boolean given = !denied && granted.map(FilePrivileges::lowPorts).orElse(false);
        // Which program a slot runs is not known here: its own bind will tell.
        boolean file = program.isEmpty() || given;
        Optional<String> hidden =
                denied || own.traces() ? Optional.empty() : granted.map(WorkerRights::hidden);
        return new WorkerRights(kept || file, true, lost, hidden);
    }

    /// The kernel lets nobody of the same user look into a process that its file gave privileges.
    private static String hidden(FilePrivileges file) {
        return file
                + " gets privileges by its file, so Berth may not look into its process and would"
                + " never find the sockets that it binds (--adopt bind). Take --adopt listen-fds if"
                + " the program knows socket activation; start Berth as root with --user NAME; or"
                + " take the privileges off the file and give them to Berth, whose workers keep"
                + " them (systemd: AmbientCapabilities=)";
    }

    private static String lost(FilePrivileges file, boolean everywhere) {
        return file
                + " has no privileges here: "
                + (everywhere
                        ? "Berth itself was started with no_new_privs (by a container or systemd's"
                                + " NoNewPrivileges=), which cannot be undone; start it without"
                        : "without CAP_SYS_ADMIN, Berth can watch a worker's binds only with"
                                + " no_new_privs. To keep them: --adopt listen-fds, or start Berth"
                                + " as root with --user NAME");
    }

    /// Why a low port is refused, and what to do.
    ///
    /// - `what`: the port or address as its user named it
    /// - `address`: it as `-l` takes it
    String refusal(String what, int port, String address) {
        return (worker ? "the worker would bind it by itself (--adopt bind), and has " : "")
                + LowPorts.refused(what, port, address);
    }
}
