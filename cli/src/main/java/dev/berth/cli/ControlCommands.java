package dev.berth.cli;

import dev.berth.supervise.Command;
import dev.berth.supervise.ControlServer;
import dev.berth.supervise.Outcome;
import dev.berth.supervise.Request;
import dev.berth.supervise.Status;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/// The supervisor's side of `status`, `roll`, `scale`, `drain`, `undrain` and `stop`: words in,
/// lines out.
final class ControlCommands implements ControlServer.Handler {
    private static final long STATUS_SECONDS = 5;
    private static final long PAUSE_MILLIS = 50;

    private final AtomicReference<@Nullable Supervised> supervised = new AtomicReference<>();
    private final Announcements announcements;

    ControlCommands(Announcements announcements) {
        this.announcements = announcements;
    }

    /// From now on commands are carried out; before, they are told to try again.
    void serve(Supervised supervisor) {
        supervised.set(supervisor);
    }

    @Override
    public int handle(List<String> words, Consumer<String> out, Consumer<String> err) {
        Supervised supervisor = supervised.get();
        if (supervisor == null) {
            err.accept("berth: the supervisor is just starting; try again");
            return Main.FAILED;
        }
        try {
            return handle(supervisor, ControlWords.parse(words), out, err);
        } catch (UsageException | IllegalArgumentException wrong) {
            err.accept("berth: " + wrong.getMessage());
            return Main.USAGE;
        } catch (InterruptedException | TimeoutException late) {
            err.accept("berth: the supervisor does not answer; is it stopped, or out of CPU?");
            return Main.FAILED;
        } catch (ExecutionException failed) {
            Throwable cause = Objects.requireNonNullElse(failed.getCause(), failed);
            err.accept("berth: " + cause.getMessage());
            return Main.FAILED;
        }
    }

    private int handle(
            Supervised supervisor, ControlWords words, Consumer<String> out, Consumer<String> err)
            throws UsageException, InterruptedException, ExecutionException, TimeoutException {
        if (words.arguments().equals(List.of("status"))) {
            Status status = supervisor.status().get(STATUS_SECONDS, TimeUnit.SECONDS);
            print(status, words, out);
            return Main.DONE;
        }
        return change(supervisor, request(words), out, err);
    }

    private static void print(Status status, ControlWords words, Consumer<String> out) {
        if (words.json()) {
            out.accept(StatusJson.of(status));
        } else {
            new StatusTable(words.columns(), words.colour(), Instant.now())
                    .lines(status)
                    .forEach(out);
        }
    }

    private static Request request(ControlWords words) throws UsageException {
        List<String> arguments = words.arguments();
        String verb = arguments.isEmpty() ? "" : arguments.getFirst();
        boolean alone = arguments.size() == 1;
        boolean one = arguments.size() == 2;
        if (verb.equals("roll") && alone) {
            Optional<List<String>> command =
                    Optional.of(words.command()).filter(line -> !line.isEmpty());
            return new Request.Roll(command.map(Command::new));
        }
        if (verb.equals("stop") && alone) {
            return new Request.Stop();
        }
        return switch (one ? verb : "") {
            case "scale" -> new Request.Scale(number(arguments.get(1)));
            case "drain" -> new Request.Drain(number(arguments.get(1)));
            case "undrain" -> new Request.Undrain(number(arguments.get(1)));
            default ->
                    throw new UsageException(
                            "this supervisor (berth "
                                    + Version.TEXT
                                    + ") does not know: "
                                    + String.join(" ", arguments));
        };
    }

    private static int number(String text) throws UsageException {
        if (!text.matches("[0-9]{1,6}")) {
            throw new UsageException("not a number: " + text);
        }
        return Integer.parseInt(text);
    }

    private int change(
            Supervised supervisor, Request request, Consumer<String> out, Consumer<String> err)
            throws InterruptedException, ExecutionException {
        BlockingQueue<String> said = announcements.listen();
        try {
            CompletableFuture<Outcome> answer = supervisor.ask(request);
            while (!answer.isDone()) {
                String line = said.poll(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
                if (line != null) {
                    out.accept(line);
                }
            }
            said.forEach(out);
            Outcome outcome = answer.get();
            (outcome.done() ? out : err).accept((outcome.done() ? "" : "berth: ") + outcome.text());
            return outcome.done() ? Main.DONE : Main.FAILED;
        } finally {
            announcements.forget(said);
        }
    }
}
