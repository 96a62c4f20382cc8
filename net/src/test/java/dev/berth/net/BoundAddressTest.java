package dev.berth.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Checks the table obtained from the kernel's own binds; `PairwiseGridTest` asks a live kernel.
class BoundAddressTest {
    private static BoundAddress at(String address, boolean v6only, int device) {
        return new BoundAddress(Addresses.of(address, 8080), v6only, device);
    }

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, 127.0.0.1, true",
        "127.0.0.1, 127.0.0.2, false",
        "127.0.0.1, 127.0.0.1, true",
        "0.0.0.0, ::, true",
        "0.0.0.0, ::1, false",
        "127.0.0.1, ::, true",
        "127.0.0.1, ::1, false",
        "::1, ::, true",
        "::1, ::2, false",
        "::ffff:127.0.0.1, 127.0.0.1, true",
        "::ffff:127.0.0.1, ::1, false",
        "::ffff:0.0.0.0, 127.0.0.1, true",
        "::ffff:0.0.0.0, ::1, false",
        "fe80::1%1, fe80::1, true",
    })
    void addressesOverlapWhereAPacketCouldBeForEither(String one, String other, boolean overlap) {
        assertThat(at(one, false, 0).overlaps(at(other, false, 0))).isEqualTo(overlap);
        assertThat(at(other, false, 0).overlaps(at(one, false, 0))).isEqualTo(overlap);
    }

    @Test
    void anIpv6OnlyWildcardDoesNotOverlapIpv4() {
        for (String four : new String[] {"0.0.0.0", "127.0.0.1", "::ffff:127.0.0.1"}) {
            assertThat(at("::", true, 0).overlaps(at(four, false, 0))).as(four).isFalse();
            assertThat(at(four, false, 0).overlaps(at("::", true, 0))).as(four).isFalse();
        }
        assertThat(at("::", true, 0).overlaps(at("::1", true, 0))).isTrue();
    }

    @Test
    void twoDevicesDoNotOverlapAndNoDeviceMeansAllDevices() {
        assertThat(at("0.0.0.0", false, 1).overlaps(at("0.0.0.0", false, 2))).isFalse();
        assertThat(at("0.0.0.0", false, 1).overlaps(at("0.0.0.0", false, 0))).isTrue();
        assertThat(at("0.0.0.0", false, 1).overlaps(at("0.0.0.0", false, 1))).isTrue();
    }
}
