package dev.berth.supervise;

import dev.berth.supervise.contract.DomainEvent;
import dev.berth.supervise.contract.EventSink;
import dev.berth.supervise.contract.WorkerId;

/// Passes everything on to another observer and swallows whatever that observer throws: a failing
/// observer must not keep the supervisor from its next step.
record SafeEventSink(EventSink sink) implements EventSink {
    @Override
    public void onEvent(String text) {
        try {
            sink.onEvent(text);
        } catch (RuntimeException | Error undelivered) {
            // There is nowhere else to report it.
        }
    }

    @Override
    public void onDomainEvent(DomainEvent event) {
        try {
            sink.onDomainEvent(event);
        } catch (RuntimeException | Error undelivered) {
            // As above.
        }
    }

    @Override
    public void onOutput(WorkerId worker, boolean error, String line) {
        try {
            sink.onOutput(worker, error, line);
        } catch (RuntimeException | Error undelivered) {
            // As above.
        }
    }
}
