package dev.berth.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.CountDownLatch;

class OpenLoopTest {

    @Test
    void arrivalsComeOnScheduleAndRecordWhoAnswered() throws IOException {
        try (FaultyServer server =
                FaultyServer.start(client -> FaultyServer.send(client, FaultyServer.GOOD))) {
            OpenLoop.Result result = OpenLoop.run(server.port(), 100, 200);

            assertThat(result.failures()).isEmpty();
            assertThat(result.arrivals())
                    .hasSize(20)
                    .allSatisfy(
                            arrival -> {
                                assertThat(arrival.pid()).isEqualTo(7);
                                assertThat(arrival.begunNanos())
                                        .isGreaterThanOrEqualTo(arrival.dueNanos());
                                assertThat(arrival.endNanos()).isGreaterThan(arrival.begunNanos());
                            });
        }
    }

    /// In a closed loop the second arrival would wait for the answer to the first.
    @Test
    void noArrivalWaitsForTheAnswerToAnother() throws IOException {
        var all = new CountDownLatch(10);
        try (FaultyServer server =
                FaultyServer.start(
                        client -> {
                            all.countDown();
                            await(all);
                            FaultyServer.send(client, FaultyServer.GOOD);
                        })) {
            OpenLoop.Result result = OpenLoop.run(server.port(), 1_000, 10);

            assertThat(result.failures()).isEmpty();
            assertThat(result.arrivals()).hasSize(10);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void anUnansweredArrivalIsAFailure() throws IOException {
        int port;
        try (var closed = new ServerSocket(0)) {
            port = closed.getLocalPort();
        }
        OpenLoop.Result result = OpenLoop.run(port, 100, 50);

        assertThat(result.failures()).hasSize(5);
        assertThat(result.arrivals()).isEmpty();
    }
}
