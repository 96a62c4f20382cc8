package dev.berth.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.sys.SockAddr;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ListenAddressTest {

    @ParameterizedTest
    @CsvSource({
        "tcp://0.0.0.0:8080, tcp://0.0.0.0:8080",
        "TCP://*:8080, tcp://0.0.0.0:8080",
        "tcp://:8080, tcp://0.0.0.0:8080",
        "8080, tcp://0.0.0.0:8080",
        "udp://[::1]:53, udp://[::1]:53",
        "udp://localhost:53, udp://127.0.0.1:53",
        "[::ffff:10.0.0.1]:1, tcp://[::ffff:10.0.0.1]:1",
    })
    void textIsReadAndWrittenCanonically(String text, String canonical) {
        ListenAddress address = ListenAddress.parse(text);
        assertThat(address).hasToString(canonical);
        assertThat(ListenAddress.parse(canonical)).isEqualTo(address);
    }

    @Test
    void mappedAddressIsNotTheIpv4Address() {
        ListenAddress mapped = ListenAddress.parse("tcp://[::ffff:127.0.0.1]:80");
        assertThat(mapped).isNotEqualTo(ListenAddress.parse("tcp://127.0.0.1:80"));
        assertThat(((SockAddr.Inet6) mapped.address()).mapped())
                .contains(new SockAddr.Inet4(0x7f000001, 80));
    }

    @ParameterizedTest
    @CsvSource({"http://127.0.0.1:80, http", "'://127.0.0.1:80', ''", "tcp6://[::1]:80, tcp6"})
    void unknownProtocolIsNamed(String text, String scheme) {
        assertThatThrownBy(() -> ListenAddress.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "\"%s\": the protocol must be tcp or udp, not \"%s\"; write for example"
                                + " tcp://0.0.0.0:8080 or udp://127.0.0.1:53",
                        text, scheme);
    }

    @Test
    void withPortKeepsTheRest() {
        assertThat(ListenAddress.parse("udp://[::1]:53").withPort(54))
                .hasToString("udp://[::1]:54");
    }
}
