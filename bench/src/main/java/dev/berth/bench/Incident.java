package dev.berth.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.BindException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.util.Locale;

/// What went wrong with a request, and when.
///
/// @param phase how far the request had got
/// @param reused whether an earlier request on this connection was answered
/// @param waitedMillis the time from sending the request to the error
/// @param error the error; end-of-stream is an [EOFException]
record Incident(RequestPhase phase, boolean reused, long waitedMillis, IOException error) {
    /// A server that closes an idle connection has not read the request, so the client learns of it
    /// as soon as the packets have crossed. If it takes longer, the request was lost while being
    /// processed.
    static final long IDLE_RACE_MILLIS = 100;

    /// How far a request had got.
    enum RequestPhase {
        CONNECT,
        /// Sending the request, or waiting for the first byte of the response.
        WAIT,
        /// Part of the response has arrived.
        ANSWER
    }

    /// The outcome class of this incident.
    Outcome outcome() {
        return switch (phase) {
            case CONNECT -> whileConnecting();
            case WAIT -> whileWaiting();
            case ANSWER -> whileReading();
        };
    }

    private Outcome whileConnecting() {
        if (error instanceof SocketTimeoutException || says("timed out")) {
            return Outcome.CONNECT_TIMEOUT;
        }
        if (says("refused")) {
            return Outcome.REFUSED;
        }
        return says("reset") ? Outcome.RESET_BEFORE_ANSWER : Outcome.CLIENT_FAULT;
    }

    private Outcome whileWaiting() {
        if (error instanceof SocketTimeoutException) {
            return Outcome.READ_TIMEOUT;
        }
        if (!ended() && !reset()) {
            return other();
        }
        if (reused && waitedMillis < IDLE_RACE_MILLIS) {
            return Outcome.IDLE_CLOSED;
        }
        return ended() ? Outcome.EOF_BEFORE_ANSWER : Outcome.RESET_BEFORE_ANSWER;
    }

    private Outcome whileReading() {
        if (error instanceof SocketTimeoutException) {
            return Outcome.READ_TIMEOUT;
        }
        if (ended()) {
            return Outcome.EOF_MID_ANSWER;
        }
        return reset() ? Outcome.RESET_MID_ANSWER : other();
    }

    private Outcome other() {
        return error instanceof ProtocolException ? Outcome.MALFORMED : Outcome.CLIENT_FAULT;
    }

    private boolean ended() {
        return error instanceof EOFException;
    }

    private boolean reset() {
        return says("reset") || says("broken pipe");
    }

    /// For most errnos the JDK has no exception type, only the C library's text.
    private boolean says(String text) {
        String message = String.valueOf(error.getMessage()).toLowerCase(Locale.ROOT);
        return !(error instanceof BindException) && message.contains(text);
    }
}
