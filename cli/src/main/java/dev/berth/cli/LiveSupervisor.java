package dev.berth.cli;

import dev.berth.supervise.Outcome;
import dev.berth.supervise.Request;
import dev.berth.supervise.Status;
import dev.berth.supervise.Supervisor;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// The supervisor of this process; one that has ended says so by itself.
///
/// - `supervisor`: is not closed by this
record LiveSupervisor(Supervisor supervisor) implements Supervised {
    @Override
    public CompletableFuture<Outcome> ask(Request request) {
        return supervisor.ask(request);
    }

    @Override
    public CompletableFuture<Status> status() {
        return supervisor.status();
    }

    @Override
    public CompletableFuture<Optional<String>> operation() {
        return supervisor.operation();
    }
}
