package dev.berth.supervise;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The environment that a worker starts with.
final class WorkerEnvironment {
    /// What a service manager told the supervisor; none of it is meant for a worker.
    private static final List<String> KEPT_BACK =
            List.of(
                    "NOTIFY_SOCKET",
                    "LISTEN_FDS",
                    "LISTEN_PID",
                    "LISTEN_PIDFDID",
                    "LISTEN_FDNAMES",
                    "WATCHDOG_USEC",
                    "WATCHDOG_PID");

    private WorkerEnvironment() {}

    /// `NAME=value` each, sorted: the supervisor's `own`, less what is not meant for a worker, with
    /// the user's, the plan's and Berth's on top.
    static List<String> of(
            Plan plan,
            int workers,
            WorkerId id,
            Optional<NotifySocket> notifySocket,
            Map<String, String> handed,
            Map<String, String> own) {
        Map<String, String> variables = new TreeMap<>(own);
        KEPT_BACK.forEach(variables::remove);
        plan.user()
                .ifPresent(
                        user -> {
                            variables.put("HOME", user.home());
                            variables.put("USER", user.name());
                            variables.put("LOGNAME", user.name());
                            variables.put("SHELL", user.shell());
                        });
        variables.putAll(handed);
        variables.putAll(plan.environment());
        variables.put("BERTH_NAME", plan.name());
        variables.put("BERTH_SLOT", Integer.toString(id.slot()));
        variables.put("BERTH_WORKERS", Integer.toString(workers));
        variables.put("BERTH_GENERATION", Integer.toString(id.generation()));
        notifySocket.ifPresent(socket -> variables.put("NOTIFY_SOCKET", socket.path().toString()));
        List<String> words = new ArrayList<>();
        variables.forEach((name, value) -> words.add(name + "=" + value));
        return words;
    }
}
