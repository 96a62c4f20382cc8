package dev.berth.supervise.process;

/// The clock of all deadlines. It never goes backwards, and its beginning means nothing.
public interface Clock {
    /// The machine's clock.
    Clock SYSTEM = System::nanoTime;

    long nanos();

    default long millis() {
        return nanos() / 1_000_000;
    }
}
