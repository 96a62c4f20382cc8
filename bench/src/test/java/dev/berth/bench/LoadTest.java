package dev.berth.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

class LoadTest {
    private static final int REQUESTS = 6;

    private static LoadResult load(FaultyServer.Behaviour behaviour, int perConnection)
            throws IOException {
        try (FaultyServer server = FaultyServer.start(behaviour)) {
            return Load.run(plan(server.port()).withRequestsPerConnection(perConnection));
        }
    }

    private static LoadPlan plan(int port) {
        return LoadPlan.defaults(port)
                .withClients(2)
                .withLimits(LoadLimits.defaults().withTimeouts(500, 500))
                .withBounds(Duration.ofSeconds(8), REQUESTS);
    }

    private static void answerTwice(Socket client) throws IOException {
        FaultyServer.send(client, FaultyServer.GOOD);
        FaultyServer.readHead(client);
        FaultyServer.send(client, FaultyServer.GOOD);
    }

    @Test
    void goodAnswersAreCountedByPid() throws IOException {
        LoadResult result = load(client -> FaultyServer.send(client, FaultyServer.GOOD), 1);
        assertThat(result.counts()).isEqualTo(Map.of(Outcome.OK, (long) REQUESTS));
        assertThat(result.served()).isEqualTo(Map.of(7, (long) REQUESTS));
        assertThat(result.failed()).isZero();
        assertThat(result.latencies().millis(1)).isPositive();
    }

    @Test
    void aPortWithoutListenerRefuses() throws IOException {
        int port;
        try (var closed = new ServerSocket(0)) {
            port = closed.getLocalPort();
        }
        LoadResult result = Load.run(plan(port));
        assertThat(result.counts()).isEqualTo(Map.of(Outcome.REFUSED, (long) REQUESTS));
        assertThat(result.failed()).isEqualTo(REQUESTS);
    }

    @Test
    void aFullAcceptQueueTimesOutAtConnect() throws IOException {
        List<Socket> fill = new ArrayList<>();
        try (var listener = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            for (int i = 0; i < 2; i++) {
                fill.add(new Socket(listener.getInetAddress(), listener.getLocalPort()));
            }
            LoadPlan plan = plan(listener.getLocalPort()).withBounds(Duration.ofSeconds(8), 1);
            assertThat(Load.run(plan).counts()).isEqualTo(Map.of(Outcome.CONNECT_TIMEOUT, 1L));
        } finally {
            for (Socket socket : fill) {
                socket.close();
            }
        }
    }

    @Test
    void aResetInsteadOfAnAnswerIsClassified() throws IOException {
        LoadResult result = load(FaultyServer::resetOnClose, 1);
        assertThat(result.counts()).isEqualTo(Map.of(Outcome.RESET_BEFORE_ANSWER, (long) REQUESTS));
    }

    @Test
    void anEndOfStreamInsteadOfAnAnswerIsClassified() throws IOException {
        LoadResult result = load(client -> {}, 1);
        assertThat(result.counts()).isEqualTo(Map.of(Outcome.EOF_BEFORE_ANSWER, (long) REQUESTS));
    }

    @Test
    void aFailureRecordsItsLocalPortAndTimes() throws IOException {
        LoadResult result = load(client -> {}, 1);
        assertThat(result.failures())
                .hasSize(REQUESTS)
                .allSatisfy(
                        failure -> {
                            assertThat(failure.localPort()).isBetween(1024, 65535);
                            assertThat(failure.failedNanos()).isGreaterThan(failure.openedNanos());
                        });
    }

    @Test
    void anEndOfStreamInTheMiddleOfAnAnswerIsClassified() throws IOException {
        LoadResult result =
                load(
                        client ->
                                FaultyServer.send(
                                        client, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
                        1);
        assertThat(result.counts()).isEqualTo(Map.of(Outcome.EOF_MID_ANSWER, (long) REQUESTS));
    }

    @Test
    void aResetInTheMiddleOfAnAnswerIsClassified() throws IOException {
        LoadResult result =
                load(
                        client -> {
                            FaultyServer.send(
                                    client, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
                            FaultyServer.resetOnClose(client);
                        },
                        1);
        assertThat(result.counts()).isEqualTo(Map.of(Outcome.RESET_MID_ANSWER, (long) REQUESTS));
    }

    @Test
    void aSilentServerTimesOut() throws IOException {
        LoadResult result = load(client -> client.getInputStream().read(), 1);
        assertThat(result.counts()).containsOnlyKeys(Outcome.READ_TIMEOUT);
    }

    @Test
    void aConnectionClosedBetweenTwoRequestsIsNotAFailure() throws IOException {
        LoadResult result = load(LoadTest::answerTwice, 10);
        assertThat(result.counts()).containsOnlyKeys(Outcome.OK, Outcome.IDLE_CLOSED);
        assertThat(result.failed()).isZero();
        assertThat(result.count(Outcome.OK)).isGreaterThan(result.count(Outcome.IDLE_CLOSED));
    }

    @Test
    void aKeptConnectionLostDuringARequestIsAFailure() throws IOException {
        LoadResult result =
                load(
                        client -> {
                            FaultyServer.send(client, FaultyServer.GOOD);
                            FaultyServer.readHead(client);
                            Waits.pause(Duration.ofMillis(3 * Incident.IDLE_RACE_MILLIS));
                        },
                        2);
        assertThat(result.counts()).containsOnlyKeys(Outcome.OK, Outcome.EOF_BEFORE_ANSWER);
    }

    @Test
    void anErrorStatusIsAFailureButNotALostConnection() throws IOException {
        LoadResult result =
                load(
                        client ->
                                FaultyServer.send(
                                        client, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"),
                        1);
        assertThat(result.counts()).isEqualTo(Map.of(Outcome.BAD_STATUS, (long) REQUESTS));
    }

    @Test
    void bytesThatAreNotAnAnswerAreMalformed() throws IOException {
        LoadResult result = load(client -> FaultyServer.send(client, "hello\r\n\r\n"), 1);
        assertThat(result.counts()).isEqualTo(Map.of(Outcome.MALFORMED, (long) REQUESTS));
    }

    @Test
    void neverMakesMoreRequestsThanPlanned() throws IOException {
        LoadResult result = load(client -> FaultyServer.send(client, FaultyServer.GOOD), 3);
        assertThat(result.requests()).isEqualTo(REQUESTS);
    }

    @Test
    void aLoadStopsOnRequest() throws IOException {
        try (FaultyServer server =
                        FaultyServer.start(client -> FaultyServer.send(client, FaultyServer.GOOD));
                Load load =
                        Load.start(
                                plan(server.port()).withBounds(Duration.ofMinutes(5), 1 << 30))) {
            Waits.until(Duration.ofSeconds(5), () -> load.requests() > 20, () -> "no requests");
            LoadResult result = load.finish();
            assertThat(result.failed()).isZero();
            assertThat(result.count(Outcome.OK)).isGreaterThan(10);
        }
    }
}
