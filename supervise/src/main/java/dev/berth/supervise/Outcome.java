package dev.berth.supervise;

/// What came of a request: done or not, and in one sentence what happened or why not.
public record Outcome(boolean done, String text) {
    static Outcome done(String text) {
        return new Outcome(true, text);
    }

    static Outcome failed(String text) {
        return new Outcome(false, text);
    }
}
