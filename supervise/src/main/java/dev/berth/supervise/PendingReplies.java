package dev.berth.supervise;

import dev.berth.supervise.contract.RequestResult;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/// The callers that wait for an answer, each by the number of its request.
final class PendingReplies {
    private final Map<Long, CompletableFuture<RequestResult>> waiting = new HashMap<>();
    private final AtomicLong last = new AtomicLong();

    /// Returns a number that no other request has; may be called from any thread.
    long next() {
        return last.incrementAndGet();
    }

    void await(long ticket, CompletableFuture<RequestResult> answer) {
        waiting.put(ticket, answer);
    }

    void reply(long ticket, RequestResult result) {
        CompletableFuture<RequestResult> answer = waiting.remove(ticket);
        if (answer != null) {
            answer.complete(result);
        }
    }

    /// Gives the same answer to all callers that still wait.
    void replyAll(RequestResult result) {
        waiting.values().forEach(answer -> answer.complete(result));
        waiting.clear();
    }
}
