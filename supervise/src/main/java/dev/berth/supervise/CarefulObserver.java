package dev.berth.supervise;

import dev.berth.supervise.contract.Observer;
import dev.berth.supervise.contract.WorkerId;

/// Passes everything on to another observer and swallows whatever that observer throws: a failing
/// observer must not keep the supervisor from its next step.
record CarefulObserver(Observer observer) implements Observer {
    @Override
    public void said(String text) {
        try {
            observer.said(text);
        } catch (RuntimeException | Error untold) {
            // There is nowhere else to report it.
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
