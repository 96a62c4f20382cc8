package dev.berth.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.berth.bench.Incident.RequestPhase;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.EOFException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.stream.Stream;

class IncidentTest {
    private static final IOException RESET = new SocketException("Connection reset");
    private static final IOException PIPE = new IOException("Broken pipe");
    private static final IOException END = new EOFException("end of stream");
    private static final IOException LATE = new SocketTimeoutException("Read timed out");

    static Stream<Arguments> table() {
        return Stream.of(
                connect(new ConnectException("Connection refused"), Outcome.REFUSED),
                connect(new SocketTimeoutException("Connect timed out"), Outcome.CONNECT_TIMEOUT),
                connect(new ConnectException("Connection timed out"), Outcome.CONNECT_TIMEOUT),
                connect(RESET, Outcome.RESET_BEFORE_ANSWER),
                connect(new BindException("Cannot assign requested address"), Outcome.CLIENT_FAULT),
                connect(new SocketException("Too many open files"), Outcome.CLIENT_FAULT),
                wait(false, 0, RESET, Outcome.RESET_BEFORE_ANSWER),
                wait(false, 0, PIPE, Outcome.RESET_BEFORE_ANSWER),
                wait(false, 0, END, Outcome.EOF_BEFORE_ANSWER),
                wait(false, 0, LATE, Outcome.READ_TIMEOUT),
                wait(true, 0, RESET, Outcome.IDLE_CLOSED),
                wait(true, 0, PIPE, Outcome.IDLE_CLOSED),
                wait(true, 99, END, Outcome.IDLE_CLOSED),
                wait(true, 100, END, Outcome.EOF_BEFORE_ANSWER),
                wait(true, 100, RESET, Outcome.RESET_BEFORE_ANSWER),
                wait(true, 0, LATE, Outcome.READ_TIMEOUT),
                wait(true, 0, new ProtocolException("not a status line"), Outcome.MALFORMED),
                answer(true, END, Outcome.EOF_MID_ANSWER),
                answer(true, RESET, Outcome.RESET_MID_ANSWER),
                answer(false, LATE, Outcome.READ_TIMEOUT),
                answer(false, new ProtocolException("not a number"), Outcome.MALFORMED));
    }

    private static Arguments connect(IOException error, Outcome outcome) {
        return arguments(new Incident(RequestPhase.CONNECT, false, 0, error), outcome);
    }

    private static Arguments wait(boolean reused, long millis, IOException error, Outcome outcome) {
        return arguments(new Incident(RequestPhase.WAIT, reused, millis, error), outcome);
    }

    private static Arguments answer(boolean reused, IOException error, Outcome outcome) {
        return arguments(new Incident(RequestPhase.ANSWER, reused, 0, error), outcome);
    }

    @ParameterizedTest
    @MethodSource("table")
    void eachIncidentHasItsClass(Incident incident, Outcome outcome) {
        assertThat(incident.outcome()).isEqualTo(outcome);
    }
}
