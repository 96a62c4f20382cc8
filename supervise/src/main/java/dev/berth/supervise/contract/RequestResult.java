package dev.berth.supervise.contract;

/// The result of a request: done or not, and one sentence that says what happened or why not.
public record RequestResult(boolean done, String text) {
    /// Everything was done as requested.
    public static RequestResult done(String text) {
        return new RequestResult(true, text);
    }

    /// Not done, or not completely.
    public static RequestResult failed(String text) {
        return new RequestResult(false, text);
    }
}
