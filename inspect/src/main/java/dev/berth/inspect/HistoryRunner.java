package dev.berth.inspect;

import dev.berth.net.FreshNamespace;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Runs histories on the live kernel, in network namespaces of its own that have `lo` alone: no
/// socket and no packet of anybody else is touched.
///
/// Each history gets a port number that none had before in its namespace; after some thousand a
/// fresh namespace is taken, so that what connections leave behind stays little. A history that the
/// kernel's timing made another one (`KeptWholeException`) is run again.
///
/// **ownership**: [#close()] ends its thread, and with it the namespace. For one thread at a time.
public final class HistoryRunner implements AutoCloseable {
    private static final int FIRST_PORT = 10_000;

    /// Below the ports that the kernel gives to clients, and few enough for its TIME_WAIT table.
    private static final int LAST_PORT = 14_000;

    private static final int ATTEMPTS = 4;

    private FreshNamespace namespace = FreshNamespace.open();
    private int port = FIRST_PORT;

    private HistoryRunner() throws IOException {}

    /// Makes the first namespace.
    ///
    /// @throws IOException with `EPERM` without `CAP_SYS_ADMIN`
    public static HistoryRunner open() throws IOException {
        return new HistoryRunner();
    }

    /// What each step of the history answered: `OK`, or the name of an errno.
    ///
    /// @throws IOException if the kernel refuses what a history needs (`EPERM` or `EINVAL` from
    ///   fchown(2): sockets of other uids) or behaves like no kernel that is known
    public List<String> run(History history) throws IOException {
        for (int attempt = 1; attempt < ATTEMPTS; attempt++) {
            try {
                return runOnce(history);
            } catch (KeptWholeException chance) {
                // On another port, it will hardly happen again.
            }
        }
        return runOnce(history);
    }

    private List<String> runOnce(History history) throws IOException {
        if (port > LAST_PORT) {
            namespace.close();
            namespace = FreshNamespace.open();
            port = FIRST_PORT;
        }
        int number = port++;
        return namespace.call(() -> run(history, number));
    }

    /// Ends the namespace; closing twice is harmless.
    @Override
    public void close() {
        namespace.close();
    }

    private static List<String> run(History history, int port) throws IOException {
        List<String> answers = new ArrayList<>();
        try (var probe = new ConnectionProbe();
                var live = new LiveHistory(history.protocol(), port, probe)) {
            for (Step step : history.steps()) {
                answers.add(live.next(step));
            }
            return answers;
        }
    }
}
