package dev.berth.cli.run;

import dev.berth.cli.command.ExitCode;
import dev.berth.supervise.contract.Outcome;
import dev.berth.supervise.contract.Request;

import org.jspecify.annotations.Nullable;

import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/// A change that a client asks for. The client is told what happens until it is over; the
/// supervisor's own log, when it begins and how it ends, whether the client stays or not.
///
/// @param label what is asked, and by whom
/// @param seen whether the client sees the supervisor's own lines already
record Change(
        Supervised supervised,
        Journal journal,
        Announcements announcements,
        String label,
        boolean seen) {
    private static final long ANSWER_SECONDS = 5;
    private static final long PAUSE_MILLIS = 50;

    /// Nobody says nothing: it wakes who listens.
    private static final String OVER = "";

    /// Returns the exit code when it is over.
    ///
    /// @throws TimeoutException if the supervisor's owner thread shows no sign of life; then the
    ///   change is not asked for
    int make(Request request, Consumer<String> out, Consumer<String> err)
            throws InterruptedException, ExecutionException, TimeoutException {
        Optional<String> current = operation();
        if (request instanceof Request.Stop && current.equals(Optional.of("stop"))) {
            out.accept("it is stopping already; this waits for the end");
        }
        BlockingQueue<String> said = announcements.listen();
        try {
            CompletableFuture<Outcome> answer =
                    ask(request).whenComplete((_, _) -> said.offer(OVER));
            while (!answer.isDone()) {
                pass(said.poll(PAUSE_MILLIS, TimeUnit.MILLISECONDS), out);
            }
            said.forEach(line -> pass(line, out));
            Outcome outcome = answer.get();
            (outcome.done() ? out : err).accept((outcome.done() ? "" : "berth: ") + outcome.text());
            return outcome.done() ? ExitCode.DONE : ExitCode.FAILED;
        } finally {
            announcements.forget(said);
        }
    }

    private void pass(@Nullable String line, Consumer<String> out) {
        if (line != null && !line.equals(OVER) && !seen) {
            out.accept(line);
        }
    }

    private CompletableFuture<Outcome> ask(Request request) {
        journal.note(label + " begins");
        return supervised
                .ask(request)
                .thenApply(
                        outcome -> {
                            journal.note(label + ending(outcome));
                            return outcome;
                        });
    }

    /// What is under way. That there is an answer is the owner thread's sign of life.
    private Optional<String> operation()
            throws InterruptedException, ExecutionException, TimeoutException {
        return supervised
                .operation()
                .exceptionally(ended -> Optional.empty())
                .get(ANSWER_SECONDS, TimeUnit.SECONDS);
    }

    private static String ending(Outcome outcome) {
        return (outcome.done() ? " is over: " : " failed: ") + oneLine(outcome.text());
    }

    /// The lines as one: what follows a colon is part of it, all else comes after a semicolon.
    static String oneLine(String text) {
        return text.strip().replaceAll(":\\s*\n\\s*", ": ").replaceAll("\\s*\n\\s*", "; ");
    }
}
