package dev.berth.cli.run;

import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.Status;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// What the control commands need from a supervisor.
public interface SupervisorControl {
    CompletableFuture<RequestResult> ask(Request request);

    CompletableFuture<Status> status();

    /// The operation in progress; much cheaper than the whole status.
    default CompletableFuture<Optional<String>> operation() {
        return status().thenApply(Status::operation);
    }
}
