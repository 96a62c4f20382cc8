package dev.berth.supervise.watch;

import java.util.ArrayList;
import java.util.List;

/// What a worker that gets no new connections still has to do.
///
/// @param queued connections that wait to be accepted
/// @param handshakes that were under way at the flip and are not over
/// @param requests connections with a request in work
/// @param answers with an answer under way
/// @param unsure of which it cannot be told who spoke last
/// @param active on which the server spoke last, a short while ago
record Remaining(int queued, int handshakes, int requests, int answers, int unsure, int active) {
    static final Remaining NONE = new Remaining(0, 0, 0, 0, 0, 0);

    Remaining waiting(int inQueues, int underWay) {
        return new Remaining(inQueues, underWay, requests, answers, unsure, active);
    }

    /// Whether nothing is left, as far as can be told.
    boolean nothing() {
        return equals(NONE);
    }

    /// Whether something would certainly be lost if the worker stopped now. A handshake that is not
    /// over by then belongs to a client that says nothing.
    boolean certain() {
        return queued + requests + answers > 0;
    }

    /// For people; empty if nothing is left.
    String text() {
        List<String> parts = new ArrayList<>();
        add(parts, requests, "with a request in work");
        add(parts, answers, "with an answer under way");
        add(parts, unsure, "with a request in work or idle, which cannot be told apart");
        add(parts, active, "whose last answer, or part of one, was sent within --idle");
        add(parts, queued, "not accepted yet");
        add(parts, handshakes, "in the handshake or waiting for their first bytes");
        return String.join(", ", parts);
    }

    private static void add(List<String> parts, int count, String what) {
        if (count > 0) {
            parts.add(count + (count == 1 ? " connection " : " connections ") + what);
        }
    }
}
