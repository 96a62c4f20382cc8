package dev.berth.supervise;

import dev.berth.supervise.contract.Outcome;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/// The callers that wait for an answer, each by the number of its request.
final class Tickets {
    private final Map<Long, CompletableFuture<Outcome>> waiting = new HashMap<>();
    private final AtomicLong last = new AtomicLong();

    /// Returns a number that no other request has; may be called from any thread.
    long next() {
        return last.incrementAndGet();
    }

    void await(long ticket, CompletableFuture<Outcome> answer) {
        waiting.put(ticket, answer);
    }

    void reply(long ticket, Outcome outcome) {
        CompletableFuture<Outcome> answer = waiting.remove(ticket);
        if (answer != null) {
            answer.complete(outcome);
        }
    }

    /// Gives the same answer to all callers that still wait.
    void replyAll(Outcome outcome) {
        waiting.values().forEach(answer -> answer.complete(outcome));
        waiting.clear();
    }
}
