package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.worker.Packet.Connection;
import dev.berth.worker.Packet.Drain;
import dev.berth.worker.Packet.Malformed;
import dev.berth.worker.Packet.Route;
import dev.berth.worker.Packet.Unknown;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetSocketAddress;
import java.util.Optional;

class PacketTest {
    @Test
    void readsAConnection() {
        assertThat(Packet.parse("conn")).isEqualTo(new Connection(Optional.empty()));
    }

    @Test
    void readsTheEndsThatAProxyReported() {
        assertThat(Packet.parse("conn tcp4 192.0.2.1 50000 198.51.100.255 443"))
                .isEqualTo(
                        new Connection(
                                Optional.of(
                                        new Route(
                                                new InetSocketAddress("192.0.2.1", 50000),
                                                new InetSocketAddress("198.51.100.255", 443)))));
        assertThat(Packet.parse("conn tcp6 2001:db8::1 1 ::1 65535"))
                .isEqualTo(
                        new Connection(
                                Optional.of(
                                        new Route(
                                                new InetSocketAddress("2001:db8::1", 1),
                                                new InetSocketAddress("::1", 65535)))));
    }

    @Test
    void theLongestOneFits() {
        String host = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
        String text = "conn tcp6 " + host + " 65535 " + host + " 65535";

        assertThat(Packet.parse(text)).isInstanceOf(Connection.class);
        assertThat(text.length()).isLessThanOrEqualTo(Packet.MAX_BYTES);
    }

    @Test
    void readsTheEnd() {
        assertThat(Packet.parse("drain")).isEqualTo(new Drain());
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello", "draining", "connection", " conn", "drains all"})
    void ignoresUnknownMessages(String text) {
        assertThat(Packet.parse(text)).isEqualTo(new Unknown(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "conn ",
                "conn tcp4",
                "conn udp4 1.2.3.4 1 1.2.3.4 1",
                "conn tcp4 1.2.3.4 1 1.2.3.4",
                "conn tcp4 1.2.3.4 1 1.2.3.4 1 ",
                "conn tcp4 1.2.3 1 1.2.3.4 1",
                "conn tcp4 1.2.3.256 1 1.2.3.4 1",
                "conn tcp4 localhost 1 1.2.3.4 1",
                "conn tcp4 ::1 1 1.2.3.4 1",
                "conn tcp6 face 1 ::1 1",
                "conn tcp6 1::2::3 1 ::1 1",
                "conn tcp6 fe80::1%lo 1 ::1 1",
                "conn tcp6 ::1 65536 ::1 1",
                "conn tcp6 ::1 -1 ::1 1",
            })
    void doesNotGuessAtAMalformedAddress(String text) {
        assertThat(Packet.parse(text)).isEqualTo(new Malformed(text));
    }
}
