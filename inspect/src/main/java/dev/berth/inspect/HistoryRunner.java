package dev.berth.inspect;

import dev.berth.net.Namespaces;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

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

    private ExecutorService thread = newThread();
    private int port = FIRST_PORT;

    private HistoryRunner() {}

    /// Makes the first namespace.
    ///
    /// @throws IOException with `EPERM` without `CAP_SYS_ADMIN`
    public static HistoryRunner open() throws IOException {
        HistoryRunner runner = new HistoryRunner();
        try {
            runner.enter();
            return runner;
        } catch (IOException | RuntimeException failed) {
            runner.close();
            throw failed;
        }
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
            thread.shutdownNow();
            thread = newThread();
            enter();
            port = FIRST_PORT;
        }
        int number = port++;
        return call(() -> run(history, number));
    }

    /// Ends the namespace; closing twice is harmless.
    @Override
    public void close() {
        thread.close();
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

    private void enter() throws IOException {
        call(
                () -> {
                    Namespaces.enterFresh();
                    return true;
                });
    }

    private static ExecutorService newThread() {
        return Executors.newSingleThreadExecutor(
                task -> Thread.ofPlatform().name("histories").daemon().unstarted(task));
    }

    private <T> T call(Callable<T> task) throws IOException {
        try {
            return thread.submit(task).get();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while a history ran", interrupted);
        } catch (ExecutionException failed) {
            switch (failed.getCause()) {
                case IOException cause -> throw cause;
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw new IllegalStateException(failed);
            }
        }
    }
}
