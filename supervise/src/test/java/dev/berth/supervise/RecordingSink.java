package dev.berth.supervise;

import dev.berth.supervise.contract.EventSink;
import dev.berth.supervise.contract.WorkerId;

import java.util.ArrayList;
import java.util.List;

/// An observer that records everything, in order.
final class RecordingSink implements EventSink {
    private final List<String> said = new ArrayList<>();
    private final List<String> printed = new ArrayList<>();

    @Override
    public synchronized void onEvent(String text) {
        said.add(text);
    }

    @Override
    public synchronized void onOutput(WorkerId worker, boolean error, String line) {
        printed.add(worker + (error ? " ! " : " ") + line);
    }

    synchronized List<String> said() {
        return List.copyOf(said);
    }

    /// `SLOT.GENERATION LINE`, with `!` in between for standard error.
    synchronized List<String> printed() {
        return List.copyOf(printed);
    }

    @Override
    public synchronized String toString() {
        return "said " + said + "\nprinted " + printed;
    }
}
