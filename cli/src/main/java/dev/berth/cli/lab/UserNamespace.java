package dev.berth.cli.lab;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.cli.command.Failure;
import dev.berth.cli.command.OwnJvm;
import dev.berth.sys.Processes;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Runs a command again as the root of a user namespace of its own, where any user may make network
/// namespaces; a JVM cannot enter one by itself, having many threads.
///
/// **source**: user_namespaces(7), unshare(1)
final class UserNamespace {
    private static final String INSIDE = "BERTH_USER_NAMESPACE";
    private static final int SIGKILL = 9;
    private static final List<String> UNSHARE = List.of("unshare", "--user", "--map-root-user");

    private UserNamespace() {}

    /// Its exit code, when it is done; it has the terminal meanwhile.
    static int run(List<String> words, Map<String, String> environment) throws IOException {
        if (environment.containsKey(INSIDE)) {
            throw new Failure("cannot make network namespaces, not even in a user namespace");
        }
        check();
        List<String> command = new ArrayList<>(UNSHARE);
        command.addAll(OwnJvm.berth(List.of()));
        command.addAll(words);
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment().put(INSIDE, "1");
        try {
            return builder.start().waitFor();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Failure("interrupted", interrupted);
        }
    }

    /// Whether there may be one at all: many systems forbid it, each in its own way.
    private static void check() throws IOException {
        List<String> command = new ArrayList<>(UNSHARE);
        command.add("true");
        try {
            Process probe = new ProcessBuilder(command).redirectErrorStream(true).start();
            String answer = new String(probe.getInputStream().readAllBytes(), UTF_8).strip();
            if (probe.waitFor() != 0) {
                throw new Failure(
                        "needs root, or a user namespace, which is refused here ("
                                + answer
                                + "); see user.max_user_namespaces,"
                                + " kernel.unprivileged_userns_clone and"
                                + " kernel.apparmor_restrict_unprivileged_userns in sysctl(8)");
            }
        } catch (Failure refused) {
            throw refused;
        } catch (IOException missing) {
            throw new Failure("needs root, or unshare(1) of util-linux", missing);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Failure("interrupted", interrupted);
        }
    }

    /// Inside: has the kernel end this process when the one that started it ends.
    static void endWithParent(Map<String, String> environment) {
        if (environment.containsKey(INSIDE)) {
            Processes.prctl(Processes.PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        }
    }
}
