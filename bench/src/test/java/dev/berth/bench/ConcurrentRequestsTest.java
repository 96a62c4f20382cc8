package dev.berth.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Map;
import java.util.stream.IntStream;

class ConcurrentRequestsTest {

    @Test
    void everyRequestIsMadeOnce() throws IOException {
        int[] pids = ConcurrentRequests.pids(1_000, 7, number -> number % 3);

        assertThat(ConcurrentRequests.counts(pids)).isEqualTo(Map.of(0, 334, 1, 333, 2, 333));
        assertThat(pids).startsWith(0, 1, 2, 0);
    }

    @Test
    void aSingleFailureIsReported() {
        assertThatThrownBy(
                        () ->
                                ConcurrentRequests.pids(
                                        10,
                                        2,
                                        number -> {
                                            throw new IOException("no answer to " + number);
                                        }))
                .hasMessageContaining("no answer to");
    }

    @Test
    void eachClientHasItsOwnAddress() {
        assertThat(IntStream.range(0, 10_000).mapToObj(ConcurrentRequests::client).distinct())
                .hasSize(10_000)
                .allMatch(InetAddress::isLoopbackAddress);
    }
}
