package dev.berth.cli.run;

import dev.berth.supervise.Supervisor;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.Status;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// The supervisor of this process. After its end it answers that it has ended.
///
/// @param supervisor not closed by this object
record LiveSupervisor(Supervisor supervisor) implements SupervisorControl {
    @Override
    public CompletableFuture<RequestResult> ask(Request request) {
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
