package dev.berth.cli.run;

import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.Status;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

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
                .thenApply(CompositeSupervisor::summary);
    }

    private static RequestResult summary(List<RequestResult> outcomes) {
        return new RequestResult(
                outcomes.stream().allMatch(RequestResult::done),
                outcomes.stream()
                        .map(RequestResult::text)
                        .distinct()
                        .collect(Collectors.joining("; ")));
    }

    /// The status of the first one.
    @Override
    public CompletableFuture<Status> status() {
        return all.getFirst().status();
    }
}
