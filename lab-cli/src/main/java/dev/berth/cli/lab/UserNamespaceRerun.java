package dev.berth.cli.lab;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.cli.command.CommandFailure;
import dev.berth.cli.command.SelfJvm;
import dev.berth.sys.Processes;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Runs a command again as root in a new user namespace, where any user may create network
/// namespaces. A JVM cannot enter one itself, because it has several threads.
///
/// **Source:** user_namespaces(7), unshare(1)
final class UserNamespaceRerun {
    private static final String INSIDE = "BERTH_USER_NAMESPACE";
    private static final int SIGKILL = 9;
    private static final List<String> UNSHARE = List.of("unshare", "--user", "--map-root-user");

    private UserNamespaceRerun() {}

    /// Runs the command with this process's terminal, and returns its exit code.
    static int run(List<String> words, Map<String, String> environment) throws IOException {
        if (environment.containsKey(INSIDE)) {
            throw new CommandFailure(
                    "cannot create network namespaces, not even in a user namespace");
        }
        check();
        List<String> command = new ArrayList<>(UNSHARE);
        command.addAll(SelfJvm.berth(List.of()));
        command.addAll(words);
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment().put(INSIDE, "1");
        try {
            return builder.start().waitFor();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CommandFailure("interrupted", interrupted);
        }
    }

    /// Checks whether user namespaces are permitted: many systems forbid them, each in its own way.
    private static void check() throws IOException {
        List<String> command = new ArrayList<>(UNSHARE);
        command.add("true");
        try {
            Process probe = new ProcessBuilder(command).redirectErrorStream(true).start();
            String answer = new String(probe.getInputStream().readAllBytes(), UTF_8).strip();
            if (probe.waitFor() != 0) {
                throw new CommandFailure(
                        "needs root or a user namespace, which is not permitted here ("
                                + answer
                                + "); see user.max_user_namespaces,"
                                + " kernel.unprivileged_userns_clone and"
                                + " kernel.apparmor_restrict_unprivileged_userns in sysctl(8)");
            }
        } catch (CommandFailure refused) {
            throw refused;
        } catch (IOException missing) {
            throw new CommandFailure("needs root, or unshare(1) from util-linux", missing);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CommandFailure("interrupted", interrupted);
        }
    }

    /// Inside the namespace: asks the kernel to kill this process when its parent ends.
    static void endWithParent(Map<String, String> environment) {
        if (environment.containsKey(INSIDE)) {
            Processes.prctl(Processes.PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        }
    }
}
