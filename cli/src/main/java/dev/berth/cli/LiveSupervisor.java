package dev.berth.cli;

import dev.berth.supervise.Outcome;
import dev.berth.supervise.Request;
import dev.berth.supervise.Status;
import dev.berth.supervise.Supervisor;

import java.util.concurrent.CompletableFuture;

/// The supervisor of this process. To one that has ended already nothing can be asked any more.
///
/// - `supervisor`: is not closed by this
record LiveSupervisor(Supervisor supervisor) implements Supervised {
    private static final String OVER = "the supervisor is ending already";

    @Override
    public CompletableFuture<Outcome> ask(Request request) {
        try {
            return supervisor.ask(request);
        } catch (IllegalStateException closed) {
            return CompletableFuture.completedFuture(new Outcome(false, OVER));
        }
    }

    @Override
    public CompletableFuture<Status> status() {
        try {
            return supervisor.status();
        } catch (IllegalStateException closed) {
            return CompletableFuture.failedFuture(new Failure(OVER, closed));
        }
    }
}
