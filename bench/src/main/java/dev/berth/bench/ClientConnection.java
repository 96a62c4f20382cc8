package dev.berth.bench;

import dev.berth.bench.Incident.RequestPhase;

import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/// A client connection, used by one thread. An [IncidentException] describes how a request failed;
/// after that the connection is unusable.
final class ClientConnection implements AutoCloseable {
    private final SocketChannel channel;
    private final HttpAnswerReader reader;
    private final long openedNanos;
    private final int localPort;
    private int answered;

    /// Carries an incident to the code that counts it.
    static final class IncidentException extends IOException {
        private static final long serialVersionUID = 1;
        private final transient FailedRequest failure;

        IncidentException(FailedRequest failure, IOException cause) {
            super(failure.toString(), cause);
            this.failure = failure;
        }

        FailedRequest failure() {
            return failure;
        }
    }

    private ClientConnection(SocketChannel channel, long openedNanos) throws IOException {
        this.channel = channel;
        this.reader = new HttpAnswerReader(channel.socket().getInputStream());
        this.openedNanos = openedNanos;
        this.localPort = channel.socket().getLocalPort();
    }

    /// Connects. **Ownership:** the caller closes the connection.
    static ClientConnection open(LoadPlan plan) throws IncidentException {
        long opened = System.nanoTime();
        int port = 0;
        try {
            SocketChannel channel = SocketChannel.open();
            try {
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                channel.socket().setSoTimeout(plan.limits().readTimeoutMillis());
                channel.socket().connect(plan.address(), plan.limits().connectTimeoutMillis());
                port = channel.socket().getLocalPort();
                return new ClientConnection(channel, opened);
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            var incident = new Incident(RequestPhase.CONNECT, false, 0, e);
            throw new IncidentException(failure(incident, port, opened, 0), e);
        }
    }

    /// Sends a request for `path` and reads the response.
    ///
    /// @param last whether to ask the server to close the connection afterwards
    HttpAnswer get(String path, boolean last) throws IncidentException {
        long sent = System.nanoTime();
        boolean sending = true;
        try {
            if (answered > 0) {
                refuseClosed();
            }
            channel.write(ByteBuffer.wrap(request(path, last)));
            sending = false;
            HttpAnswer answer = reader.read();
            answered++;
            return answer;
        } catch (IOException e) {
            RequestPhase phase =
                    !sending && reader.begun() ? RequestPhase.ANSWER : RequestPhase.WAIT;
            long waited = (System.nanoTime() - sent) / 1_000_000;
            var incident = new Incident(phase, answered > 0, waited, e);
            throw new IncidentException(failure(incident, localPort, openedNanos, answered), e);
        }
    }

    /// The failure to report for a response whose status is not 200.
    FailedRequest badStatus(HttpAnswer answer) {
        String detail = "status " + answer.status();
        return new FailedRequest(
                Outcome.BAD_STATUS, localPort, openedNanos, System.nanoTime(), answered, detail);
    }

    /// The client's port.
    int localPort() {
        return localPort;
    }

    /// The number of requests answered so far.
    int answered() {
        return answered;
    }

    /// Detects that the server has closed the connection before it is used again, as good clients
    /// do.
    private void refuseClosed() throws IOException {
        channel.configureBlocking(false);
        int count = channel.read(ByteBuffer.allocate(1));
        channel.configureBlocking(true);
        if (count < 0) {
            throw new EOFException("closed between two requests");
        }
        if (count > 0) {
            throw new ProtocolException("an unsolicited byte");
        }
    }

    private static byte[] request(String path, boolean last) {
        String head = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n";
        return (head + (last ? "Connection: close\r\n\r\n" : "\r\n"))
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static FailedRequest failure(
            Incident incident, int port, long openedNanos, int answered) {
        return new FailedRequest(
                incident.outcome(),
                port,
                openedNanos,
                System.nanoTime(),
                answered,
                incident.phase() + " " + incident.error());
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // The descriptor is closed even if this fails.
        }
    }
}
