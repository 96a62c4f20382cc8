package dev.berth.cli.doctor;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.cli.command.CommandFailure;
import dev.berth.net.LowPorts;
import dev.berth.supervise.Supervisor;
import dev.berth.supervise.control.RuntimeDirectory;
import dev.berth.sys.Capabilities;
import dev.berth.sys.Capability;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Processes;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/// The doctor's checks of the system and of this user's permissions.
final class SystemProbes {
    private static final long CHILD_SECONDS = 4;

    private SystemProbes() {}

    static String runtimeDirectory() throws IOException {
        return RuntimeDirectory.locate().toString();
    }

    static String changeUser() throws IOException {
        need(Capability.SETUID);
        return need(Capability.SETGID);
    }

    static String lowPorts() throws IOException {
        int first = LowPorts.firstFree();
        if (Capabilities.has(Capability.NET_BIND_SERVICE) || first <= 1) {
            return "";
        }
        if (first < 1024) {
            return "from " + first;
        }
        throw new CommandFailure("only from " + first);
    }

    static String privilegesKept() throws IOException {
        return need(Capability.SYS_ADMIN);
    }

    private static String need(Capability capability) throws CommandFailure {
        if (!Capabilities.has(capability)) {
            throw new CommandFailure("no " + capability);
        }
        return "";
    }

    /// The workers get a cgroup below this process's own.
    static String cgroupKill() throws IOException {
        if (!Supervisor.grantsCgroups()) {
            throw new CommandFailure("no cgroup 2 hierarchy that this user may write to");
        }
        return "";
    }

    /// Runs on a throw-away thread.
    static String networkNamespace() throws IOException {
        ErrnoException.check("unshare", "network", Processes.unshare(Processes.CLONE_NEWNET));
        return "";
    }

    /// A process with several threads cannot enter a user namespace, so unshare(1) does it.
    static String userNamespace() throws IOException {
        Process child = new ProcessBuilder("unshare", "--user", "true").start();
        try {
            if (!child.waitFor(CHILD_SECONDS, TimeUnit.SECONDS)) {
                throw new CommandFailure("unshare does not finish");
            }
            if (child.exitValue() != 0) {
                throw new CommandFailure(
                        new String(child.getErrorStream().readAllBytes(), UTF_8).strip());
            }
            return "";
        } catch (InterruptedException interrupted) {
            throw new CommandFailure("interrupted", interrupted);
        } finally {
            child.destroyForcibly();
        }
    }
}
