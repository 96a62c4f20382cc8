package dev.berth.supervise.contract;

/// What came of a request: done or not, and in one sentence what happened or why not.
public record Outcome(boolean done, String text) {
    /// As asked.
    public static Outcome done(String text) {
        return new Outcome(true, text);
    }

    /// Not, or not all of it.
    public static Outcome failed(String text) {
        return new Outcome(false, text);
    }
}
