package dev.berth.supervise;

import dev.berth.supervise.contract.Observer;
import dev.berth.supervise.contract.WorkerId;

/// Hands everything on to another observer, and lets nothing out that this one throws: that people
/// cannot be told must not keep the supervisor from what it has to do next.
record CarefulObserver(Observer observer) implements Observer {
    @Override
    public void said(String text) {
        try {
            observer.said(text);
        } catch (RuntimeException | Error untold) {
            // There is nobody else to tell.
        }
    }

    @Override
    public void printed(WorkerId worker, boolean error, String line) {
        try {
            observer.printed(worker, error, line);
        } catch (RuntimeException | Error untold) {
            // As above.
        }
    }
}
