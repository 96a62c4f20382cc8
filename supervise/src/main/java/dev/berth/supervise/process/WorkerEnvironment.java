package dev.berth.supervise.process;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.contract.SocketSource;
import dev.berth.supervise.contract.WorkerId;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// The environment that a worker starts with.
public final class WorkerEnvironment {
    /// The variable that holds the worker's end of a dispatcher's socket pair.
    public static final String DISPATCH_FD = "BERTH_DISPATCH_FD";

    /// Variables that a service manager set for the supervisor; none of them is meant for a worker.
    private static final List<String> KEPT_BACK =
            List.of(
                    "NOTIFY_SOCKET",
                    "LISTEN_FDS",
                    "LISTEN_PID",
                    "LISTEN_PIDFDID",
                    "LISTEN_FDNAMES",
                    "WATCHDOG_USEC",
                    "WATCHDOG_PID",
                    DISPATCH_FD);

    /// Variables that describe the session in which the supervisor was started; with `--user` that
    /// is another user's.
    private static final Pattern SESSION =
            Pattern.compile(
                    "(XDG|SSH|SUDO|DBUS|GPG|KRB5)[A-Z0-9]*(_.*)?|MAIL|INVOCATION_ID"
                            + "|JOURNAL_STREAM|SYSTEMD_EXEC_PID|MANAGERPID"
                            + "|CREDENTIALS_DIRECTORY|XAUTHORITY|DISPLAY|WAYLAND_DISPLAY");

    private static final String JAVA_OPTIONS = "JDK_JAVA_OPTIONS";

    /// The options that a JVM needs to make channels from the descriptors that a dispatcher passes.
    private static final String OPENED =
            "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED --enable-native-access=ALL-UNNAMED";

    private final ServiceSpec spec;
    private final Map<String, String> own;

    /// @param own the supervisor's variables
    public WorkerEnvironment(ServiceSpec spec, Map<String, String> own) {
        this.spec = spec;
        this.own = own;
    }

    /// `NAME=value` each, sorted: the supervisor's own variables, without those that are not meant
    /// for a worker, overlaid with the user's, those of `handed`, the command's and Berth's.
    ///
    /// @param workers the number of slots, for BERTH_WORKERS
    /// @param handed describe the descriptors that the worker is passed
    public List<String> of(
            WorkerId id,
            Command command,
            int workers,
            Optional<NotifySocket> notifySocket,
            Map<String, String> handed) {
        Map<String, String> variables = new TreeMap<>(own);
        KEPT_BACK.forEach(variables::remove);
        spec.user()
                .ifPresent(
                        user -> {
                            variables.keySet().removeIf(SESSION.asMatchPredicate());
                            variables.put("HOME", user.home());
                            variables.put("USER", user.name());
                            variables.put("LOGNAME", user.name());
                            variables.put("SHELL", user.shell());
                        });
        variables.putAll(handed);
        variables.putAll(command.environmentFor(id, spec.process().environment()));
        if (spec.sockets() instanceof SocketSource.Dispatch) {
            variables.merge(JAVA_OPTIONS, OPENED, (set, ours) -> set + " " + ours);
        }
        variables.put("BERTH_NAME", spec.name());
        variables.put("BERTH_SLOT", Integer.toString(id.slot()));
        variables.put("BERTH_WORKERS", Integer.toString(workers));
        variables.put("BERTH_GENERATION", Integer.toString(id.generation()));
        notifySocket.ifPresent(socket -> variables.put("NOTIFY_SOCKET", socket.path().toString()));
        List<String> words = new ArrayList<>();
        variables.forEach((name, value) -> words.add(name + "=" + value));
        return words;
    }
}
