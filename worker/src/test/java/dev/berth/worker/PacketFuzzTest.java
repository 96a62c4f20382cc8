package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.berth.testkit.Fuzz;

import org.junit.jupiter.api.Test;

import java.util.Optional;

/// Arbitrary packets from a dispatcher: each is one of the four kinds, and no name in it is ever
/// looked up.
class PacketFuzzTest {
    @Test
    void anyBytesAreAPacket() throws Exception {
        Fuzz.ofTexts(
                        "packets to a worker",
                        "conn",
                        "drain",
                        "probe",
                        "conn tcp4 192.0.2.1 50000 198.51.100.255 443",
                        "conn tcp6 2001:db8::1 1 ::ffff:1.2.3.4 65535")
                .check(PacketFuzzTest::check);
    }

    private static void check(byte[] input) {
        String text = new String(input, US_ASCII);
        Packet packet = Packet.parse(text);
        if (packet instanceof Packet.Connection connection) {
            check(text, connection.route());
        } else if (packet instanceof Packet.Drain) {
            assertThat(text).startsWith("drain");
        } else if (packet instanceof Packet.Malformed malformed) {
            assertThat(malformed.text()).isEqualTo(text);
        } else {
            assertThat(packet).isEqualTo(new Packet.Unknown(text));
        }
    }

    private static void check(String text, Optional<Packet.Route> route) {
        if (route.isEmpty()) {
            assertThat(text).isEqualTo("conn");
        } else {
            assertThat(text).startsWith("conn tcp");
            assertThat(route.get().client().isUnresolved()).isFalse();
            assertThat(route.get().server().getPort()).isBetween(0, 65_535);
        }
    }
}
