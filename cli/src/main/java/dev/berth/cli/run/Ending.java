package dev.berth.cli.run;

import dev.berth.supervise.contract.Outcome;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.Status;

import org.jspecify.annotations.Nullable;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// A supervisor that several clients can stop: all wait for the same shutdown. Only a repeated
/// signal speeds it up.
final class Ending implements Supervised {
    private final Supervised supervised;
    private @Nullable CompletableFuture<Outcome> end;
    private boolean signalled;

    Ending(Supervised supervised) {
        this.supervised = supervised;
    }

    @Override
    public CompletableFuture<Outcome> ask(Request request) {
        return request instanceof Request.Stop ? join() : supervised.ask(request);
    }

    private synchronized CompletableFuture<Outcome> join() {
        if (end == null) {
            end = supervised.ask(new Request.Stop());
        }
        return end;
    }

    /// Handles SIGTERM or SIGINT: the first signal requests the same shutdown as a client would;
    /// each further one kills the remaining workers.
    ///
    /// @return whether a signal had been received before
    synchronized boolean signal() {
        boolean again = signalled;
        signalled = true;
        if (again) {
            end = supervised.ask(new Request.Stop());
        } else {
            var _ = join();
        }
        return again;
    }

    @Override
    public CompletableFuture<Status> status() {
        return supervised.status();
    }

    @Override
    public CompletableFuture<Optional<String>> operation() {
        return supervised.operation();
    }
}
