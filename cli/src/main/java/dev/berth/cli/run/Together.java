package dev.berth.cli.run;

import dev.berth.supervise.contract.Outcome;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.Status;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/// Several supervisors that receive the same requests.
record Together(List<Supervised> all) implements Supervised {
    Together {
        all = List.copyOf(all);
    }

    @Override
    public CompletableFuture<Outcome> ask(Request request) {
        List<CompletableFuture<Outcome>> answers =
                all.stream().map(supervised -> supervised.ask(request)).toList();
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(_ -> answers.stream().map(CompletableFuture::join).toList())
                .thenApply(Together::summary);
    }

    private static Outcome summary(List<Outcome> outcomes) {
        return new Outcome(
                outcomes.stream().allMatch(Outcome::done),
                outcomes.stream().map(Outcome::text).distinct().collect(Collectors.joining("; ")));
    }

    /// The status of the first one.
    @Override
    public CompletableFuture<Status> status() {
        return all.getFirst().status();
    }
}
