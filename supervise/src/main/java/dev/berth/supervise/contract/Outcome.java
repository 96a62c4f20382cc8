package dev.berth.supervise.contract;

/// The result of a request: done or not, and one sentence that says what happened or why not.
public record Outcome(boolean done, String text) {
    /// Everything was done as requested.
    public static Outcome done(String text) {
        return new Outcome(true, text);
    }

    /// Not done, or not completely.
    public static Outcome failed(String text) {
        return new Outcome(false, text);
    }
}
