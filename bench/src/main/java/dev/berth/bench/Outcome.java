package dev.berth.bench;

/// How a request ended. Every request has exactly one outcome.
public enum Outcome {
    /// Status 200 and the whole body.
    OK("ok"),
    /// A kept connection was found closed, without a byte of the response, when the next request
    /// was sent: the race that every keep-alive client must expect. Not a failure; counted
    /// separately.
    IDLE_CLOSED("idle closed"),
    /// connect: ECONNREFUSED.
    REFUSED("refused"),
    /// connect: no response in time.
    CONNECT_TIMEOUT("connect time-out"),
    /// A reset before any byte of the response.
    RESET_BEFORE_ANSWER("reset before answer"),
    /// End-of-stream before any byte of the response.
    EOF_BEFORE_ANSWER("EOF before answer"),
    /// A reset in the middle of the response.
    RESET_MID_ANSWER("reset in answer"),
    /// End-of-stream in the middle of the response.
    EOF_MID_ANSWER("EOF in answer"),
    /// Connected, but no byte in time.
    READ_TIMEOUT("read time-out"),
    /// A status other than 200.
    BAD_STATUS("bad status"),
    /// Bytes that are not a response.
    MALFORMED("malformed"),
    /// The client's own fault, such as no free local port; says nothing about the server.
    CLIENT_FAULT("client fault");

    private final String label;

    Outcome(String label) {
        this.label = label;
    }

    /// The name to print.
    public String label() {
        return label;
    }

    /// Whether a user would have seen an error.
    public boolean failed() {
        return this != OK && this != IDLE_CLOSED;
    }
}
