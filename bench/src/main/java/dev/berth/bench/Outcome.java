package dev.berth.bench;

/// How a request ended. Every request has exactly one.
public enum Outcome {
    /// Status 200 and the whole body.
    OK("ok"),
    /// A kept connection was found closed, with no byte of an answer, when its next request came:
    /// the race that every keep-alive client must expect. Not a failure; counted apart.
    IDLE_CLOSED("idle closed"),
    /// connect: ECONNREFUSED.
    REFUSED("refused"),
    /// connect: no answer in time.
    CONNECT_TIMEOUT("connect time-out"),
    /// A reset before any byte of the answer.
    RESET_BEFORE_ANSWER("reset before answer"),
    /// The end of the stream before any byte of the answer.
    EOF_BEFORE_ANSWER("EOF before answer"),
    /// A reset in the middle of the answer.
    RESET_MID_ANSWER("reset in answer"),
    /// The end of the stream in the middle of the answer.
    EOF_MID_ANSWER("EOF in answer"),
    /// Connected, and then no byte in time.
    READ_TIMEOUT("read time-out"),
    /// A status other than 200.
    BAD_STATUS("bad status"),
    /// Bytes that are no answer.
    MALFORMED("malformed"),
    /// The client's own fault, such as no free local port: says nothing about the server.
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
