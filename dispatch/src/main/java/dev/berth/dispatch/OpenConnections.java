package dev.berth.dispatch;

import java.util.HashMap;
import java.util.Map;

/// The connections of one worker, by socket cookie, each with the time at which it was passed.
final class OpenConnections {
    private final Map<Long, Long> passed = new HashMap<>();

    void add(long cookie) {
        passed.put(cookie, Reactor.now());
    }

    void remove(long cookie) {
        passed.remove(cookie);
    }

    /// Forgets connections that were passed before `since`, a time of [Reactor#now], and are not
    /// alive.
    void retain(OpenSocketSet openSockets, long since) {
        passed.entrySet()
                .removeIf(
                        entry -> entry.getValue() - since < 0 && !openSockets.has(entry.getKey()));
    }

    int size() {
        return passed.size();
    }
}
