package dev.berth.lab;

import dev.berth.inspect.History;
import dev.berth.inspect.HistoryModel;
import dev.berth.inspect.HistoryRunner;
import dev.berth.inspect.HistoryStep;
import dev.berth.sys.ErrnoException;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;

/// Runs histories through the rules, and on the live kernel in its own network namespaces.
///
/// Any number of threads may call it at once: each history has a namespace to itself while it runs,
/// and a port number that has not been used there before.
///
/// **Ownership:** [#close()] ends the namespaces.
public final class Replay implements AutoCloseable {
    private static final String OTHER_UIDS =
            "; sockets of other users need root: a user namespace has one uid, 0";

    private final ConcurrentLinkedQueue<HistoryRunner> idle = new ConcurrentLinkedQueue<>();

    /// Whether this process can create sockets of other users in its namespaces.
    public static boolean otherUids() {
        return HostFeatures.here().uids();
    }

    /// Only predicts the answers.
    public static ReplayAnswer predict(History history) {
        return answer(history, List.of());
    }

    /// Predicts the answers and runs the history. Failing to run is an answer too: without
    /// `CAP_SYS_ADMIN` there is no namespace, and in a user namespace there may be no other uid.
    public ReplayAnswer run(History history) {
        try {
            HistoryRunner known = idle.poll();
            HistoryRunner runner = known == null ? HistoryRunner.open() : known;
            try {
                return answer(history, runner.run(history));
            } finally {
                idle.add(runner);
            }
        } catch (ErrnoException refused) {
            String hint = refused.call().equals("fchown") ? OTHER_UIDS : "";
            return failed(history, refused.getMessage() + hint);
        } catch (IOException failed) {
            return failed(history, String.valueOf(failed.getMessage()));
        }
    }

    private static ReplayAnswer failed(History history, String reason) {
        return new ReplayAnswer(history, List.of(), Optional.of(reason));
    }

    /// @param kernel its answer to each step; empty if it was not asked
    private static ReplayAnswer answer(History history, List<String> kernel) {
        HistoryModel model = new HistoryModel(history.protocol());
        List<ReplayAnswer.StepAnswer> answers = new ArrayList<>();
        for (int i = 0; i < history.steps().size(); i++) {
            HistoryStep step = history.steps().get(i);
            Optional<String> seen =
                    kernel.isEmpty() ? Optional.empty() : Optional.of(kernel.get(i));
            // These rules do not decide which listener gets a connection: a connection that was not
            // made is simply absent.
            boolean absent = step instanceof HistoryStep.Connect && !seen.orElse("OK").equals("OK");
            Optional<String> predicted = absent ? Optional.empty() : model.next(step);
            answers.add(new ReplayAnswer.StepAnswer(step, predicted, seen));
        }
        return new ReplayAnswer(history, answers, Optional.empty());
    }

    @Override
    public void close() {
        for (HistoryRunner runner = idle.poll(); runner != null; runner = idle.poll()) {
            runner.close();
        }
    }
}
