package dev.berth.inspect;

import dev.berth.net.NamespaceThread;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Runs histories on the live kernel, in its own network namespaces with only `lo`: no other socket
/// and no other packet is touched.
///
/// Each history gets a port number that has not been used in its namespace before. After some
/// thousand histories a fresh namespace is created, so that connections leave little behind. A
/// history that the kernel's timing turned into a different one (`TimeWaitMissedException`) is run
/// again.
///
/// **Ownership:** [#close()] ends its thread, and with it the namespace. For one thread at a time.
public final class HistoryRunner implements AutoCloseable {
    private static final int FIRST_PORT = 10_000;

    /// Below the ports that the kernel assigns to clients, and few enough for its TIME_WAIT table.
    private static final int LAST_PORT = 14_000;

    private static final int ATTEMPTS = 4;

    private NamespaceThread namespace = NamespaceThread.open();
    private int port = FIRST_PORT;

    private HistoryRunner() throws IOException {}

    /// Creates the first namespace.
    ///
    /// @throws IOException with `EPERM` without `CAP_SYS_ADMIN`
    public static HistoryRunner open() throws IOException {
        return new HistoryRunner();
    }

    /// Runs the history and returns the answer of each step: `OK`, or the name of an errno.
    ///
    /// @throws IOException if the kernel refuses what a history needs (`EPERM` or `EINVAL` from
    ///   fchown(2): sockets with other uids) or behaves like no known kernel
    public List<String> run(History history) throws IOException {
        for (int attempt = 1; attempt < ATTEMPTS; attempt++) {
            try {
                return runOnce(history);
            } catch (TimeWaitMissedException chance) {
                // On another port it is unlikely to happen again.
            }
        }
        return runOnce(history);
    }

    private List<String> runOnce(History history) throws IOException {
        if (port > LAST_PORT) {
            namespace.close();
            namespace = NamespaceThread.open();
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
            for (HistoryStep step : history.steps()) {
                answers.add(live.next(step));
            }
            return answers;
        }
    }
}
