package dev.berth.cli.run;

import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.Status;

import org.jspecify.annotations.Nullable;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// A supervisor that several clients can stop: all wait for the same shutdown. Only a repeated
/// signal speeds it up.
final class SharedShutdown implements SupervisorControl {
    private final SupervisorControl supervisor;
    private @Nullable CompletableFuture<RequestResult> end;
    private boolean signalled;

    SharedShutdown(SupervisorControl supervisor) {
        this.supervisor = supervisor;
    }

    @Override
    public CompletableFuture<RequestResult> ask(Request request) {
        return request instanceof Request.Stop ? join() : supervisor.ask(request);
    }

    private synchronized CompletableFuture<RequestResult> join() {
        if (end == null) {
            end = supervisor.ask(new Request.Stop());
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
            end = supervisor.ask(new Request.Stop());
        } else {
            var _ = join();
        }
        return again;
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
