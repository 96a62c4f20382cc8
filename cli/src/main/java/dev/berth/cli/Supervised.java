package dev.berth.cli;

import dev.berth.supervise.Outcome;
import dev.berth.supervise.Request;
import dev.berth.supervise.Status;

import java.util.concurrent.CompletableFuture;

/// What the control commands need of a supervisor.
interface Supervised {
    CompletableFuture<Outcome> ask(Request request);

    CompletableFuture<Status> status();
}
