package dev.berth.bench;

/// A request that did not succeed, with what is needed to find its connection in other records.
///
/// @param localPort the client's port; 0 if there was none yet
/// @param openedNanos when connect was called, as of [System#nanoTime()]
/// @param failedNanos when the error came, as of [System#nanoTime()]
/// @param answeredBefore the number of requests that the connection had answered
/// @param detail the error, as text
record FailedRequest(
        Outcome outcome,
        int localPort,
        long openedNanos,
        long failedNanos,
        int answeredBefore,
        String detail) {

    @Override
    public String toString() {
        return "%s (%s; local port %d, %d ms after connect, %d answered before)"
                .formatted(
                        outcome.label(),
                        detail,
                        localPort,
                        (failedNanos - openedNanos) / 1_000_000,
                        answeredBefore);
    }
}
