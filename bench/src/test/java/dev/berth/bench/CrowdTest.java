package dev.berth.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Map;
import java.util.stream.IntStream;

class CrowdTest {

    @Test
    void everyRequestIsMadeOnce() throws IOException {
        int[] pids = Crowd.pids(1_000, 7, number -> number % 3);

        assertThat(Crowd.counts(pids)).isEqualTo(Map.of(0, 334, 1, 333, 2, 333));
        assertThat(pids).startsWith(0, 1, 2, 0);
    }

    @Test
    void aSingleFailureIsReported() {
        assertThatThrownBy(
                        () ->
                                Crowd.pids(
                                        10,
                                        2,
                                        number -> {
                                            throw new IOException("no answer to " + number);
                                        }))
                .hasMessageContaining("no answer to");
    }

    @Test
    void eachClientHasItsOwnAddress() {
        assertThat(IntStream.range(0, 10_000).mapToObj(Crowd::client).distinct())
                .hasSize(10_000)
                .allMatch(InetAddress::isLoopbackAddress);
    }
}
