package dev.berth.supervise.watch;

import java.util.ArrayList;
import java.util.List;

/// What a worker that gets no new connections still has to do.
///
/// @param queued connections that wait to be accepted
/// @param handshakes that were in progress when traffic was switched and are not over
/// @param requests connections with a request in progress
/// @param answers connections with a response in progress
/// @param unsure connections of which it is not known who spoke last
/// @param active connections on which the server spoke last, a short while ago
record RemainingWork(
        int queued, int handshakes, int requests, int answers, int unsure, int active) {
    static final RemainingWork NONE = new RemainingWork(0, 0, 0, 0, 0, 0);

    RemainingWork waiting(int inQueues, int underWay) {
        return new RemainingWork(inQueues, underWay, requests, answers, unsure, active);
    }

    /// Whether nothing is left, as far as that can be known.
    boolean nothing() {
        return equals(NONE);
    }

    /// Whether something would certainly be lost if the worker stopped now. A handshake that is not
    /// over by then belongs to a client that sends nothing.
    boolean certain() {
        return queued + requests + answers > 0;
    }

    /// The list as text for users; empty if nothing is left.
    String text() {
        List<String> parts = new ArrayList<>();
        add(parts, requests, "with a request in progress");
        add(parts, answers, "with a response in progress");
        add(parts, unsure, "idle or with a request in progress (unknown which)");
        add(parts, active, "whose last response, or part of one, was sent within --idle");
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
