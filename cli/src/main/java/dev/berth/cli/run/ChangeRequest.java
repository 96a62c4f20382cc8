package dev.berth.cli.run;

import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.control.ControlResult;

import org.jspecify.annotations.Nullable;

import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/// A change that a client requests. The client receives every message until the change is over. The
/// supervisor's own log records when it begins and how it ends, whether or not the client stays.
///
/// @param label what is requested, and by whom
/// @param seen whether the client already sees the supervisor's own lines
record ChangeRequest(
        SupervisorControl supervisor,
        SupervisorLog supervisorLog,
        ProgressFeed feed,
        String label,
        boolean seen) {
    private static final long ANSWER_SECONDS = 5;
    private static final long PAUSE_MILLIS = 50;

    /// No message is empty, so the empty text can wake the waiting thread.
    private static final String OVER = "";

    /// Makes the change and returns its result when it is over.
    ///
    /// @throws TimeoutException if the supervisor's owner thread does not respond; then the change
    ///   is not requested
    ControlResult apply(Request request, Consumer<String> out)
            throws InterruptedException, ExecutionException, TimeoutException {
        Optional<String> current = operation();
        if (request instanceof Request.Stop && current.equals(Optional.of("stop"))) {
            out.accept("already stopping; waiting for the end");
        }
        BlockingQueue<String> said = feed.subscribe();
        try {
            CompletableFuture<RequestResult> answer =
                    ask(request).whenComplete((_, _) -> said.offer(OVER));
            while (!answer.isDone()) {
                pass(said.poll(PAUSE_MILLIS, TimeUnit.MILLISECONDS), out);
            }
            said.forEach(line -> pass(line, out));
            return ControlResult.of(answer.get());
        } finally {
            feed.unsubscribe(said);
        }
    }

    private void pass(@Nullable String line, Consumer<String> out) {
        if (line != null && !line.equals(OVER) && !seen) {
            out.accept(line);
        }
    }

    private CompletableFuture<RequestResult> ask(Request request) {
        supervisorLog.note(label + " begins");
        return supervisor
                .ask(request)
                .thenApply(
                        result -> {
                            supervisorLog.note(label + ending(result));
                            return result;
                        });
    }

    /// The operation in progress. An answer shows that the owner thread is alive.
    private Optional<String> operation()
            throws InterruptedException, ExecutionException, TimeoutException {
        return supervisor
                .operation()
                .exceptionally(ended -> Optional.empty())
                .get(ANSWER_SECONDS, TimeUnit.SECONDS);
    }

    private static String ending(RequestResult result) {
        return (result.done() ? " done: " : " failed: ") + oneLine(result.text());
    }

    /// Joins the lines: with a blank after a line that ends in a colon, with a semicolon otherwise.
    static String oneLine(String text) {
        return text.strip().replaceAll(":\\s*\n\\s*", ": ").replaceAll("\\s*\n\\s*", "; ");
    }
}
