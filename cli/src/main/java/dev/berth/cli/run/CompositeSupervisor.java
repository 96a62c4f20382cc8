package dev.berth.cli.run;

import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.Status;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Several supervisors that receive the same requests.
record CompositeSupervisor(List<SupervisorControl> all) implements SupervisorControl {
    CompositeSupervisor {
        all = List.copyOf(all);
    }

    @Override
    public CompletableFuture<RequestResult> ask(Request request) {
        List<CompletableFuture<RequestResult>> answers =
                all.stream().map(supervisor -> supervisor.ask(request)).toList();
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(_ -> answers.stream().map(CompletableFuture::join).toList())
                .thenApply(RequestResult.Several::new);
    }

    /// The status of the first one.
    @Override
    public CompletableFuture<Status> status() {
        return all.getFirst().status();
    }
}
