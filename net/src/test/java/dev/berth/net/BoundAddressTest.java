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

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, false, 127.0.0.1, false, true",
        "0.0.0.0, false, 0.0.0.0, false, true",
        "0.0.0.0, false, ::ffff:127.0.0.1, false, true",
        "0.0.0.0, false, ::, false, false",
        "0.0.0.0, false, ::, true, false",
        "0.0.0.0, false, ::1, false, false",
        "127.0.0.1, false, 0.0.0.0, false, false",
        "127.0.0.1, false, 127.0.0.1, false, true",
        "127.0.0.1, false, ::ffff:127.0.0.1, false, true",
        "127.0.0.1, false, 127.0.0.2, false, false",
        "::, false, ::, false, true",
        "::, false, ::, true, true",
        "::, false, ::1, false, true",
        "::, false, 0.0.0.0, false, true",
        "::, false, 127.0.0.1, false, true",
        "::, true, ::, true, true",
        "::, true, ::, false, false",
        "::, true, ::1, false, true",
        "::, true, 0.0.0.0, false, false",
        "::, true, ::ffff:127.0.0.1, false, false",
        "::1, false, ::, false, false",
        "::1, false, ::1, false, true",
        "::1, false, 127.0.0.1, false, false",
    })
    void anAddressCoversAnotherIfItGetsAllThatTheOtherCouldGet(
            String all, boolean allV6only, String some, boolean someV6only, boolean covers) {
        BoundAddress wide = at(all, allV6only, 0);
        BoundAddress narrow = at(some, someV6only, 0);
        assertThat(wide.covers(narrow)).isEqualTo(covers);
        // Where each family is covered by itself, the whole is.
        boolean parts = narrow.byFamily().stream().allMatch(part -> wide.coversAddress(part));
        assertThat(parts).isEqualTo(covers);
        assertThat(!covers || wide.overlaps(narrow)).isTrue();
    }

    @Test
    void aDeviceIsCoveredByItselfAndByNoDevice() {
        assertThat(at("0.0.0.0", false, 0).covers(at("0.0.0.0", false, 1))).isTrue();
        assertThat(at("0.0.0.0", false, 1).covers(at("0.0.0.0", false, 1))).isTrue();
        assertThat(at("0.0.0.0", false, 1).covers(at("0.0.0.0", false, 0))).isFalse();
        assertThat(at("0.0.0.0", false, 1).covers(at("0.0.0.0", false, 2))).isFalse();
        assertThat(at("::", false, 0).covers(at("fe80::1%2", false, 0))).isTrue();
        assertThat(at("fe80::1%1", false, 0).covers(at("fe80::1%2", false, 0))).isFalse();
    }

    @Test
    void onlyADualStackWildcardTakesTwoFamilies() {
        assertThat(at("::", false, 3).byFamily())
                .containsExactly(at("::", true, 3), at("0.0.0.0", false, 3));
        for (BoundAddress one :
                new BoundAddress[] {
                    at("::", true, 0), at("0.0.0.0", false, 0), at("::1", false, 0)
                }) {
            assertThat(one.byFamily()).containsExactly(one);
        }
    }

    /// The kernel's own answers are in `HistoryModel`'s and `PairwiseRule`'s tests.
    @ParameterizedTest
    @CsvSource({
        "TCP, 0.0.0.0, ::1, false, true",
        "TCP, 0.0.0.0, ::1, true, false",
        "TCP, 127.0.0.6, ::1, false, false",
        "UDP, 127.0.0.6, ::1, false, true",
        "UDP, 127.0.0.1, ::1, false, false",
        "TCP, ::ffff:0.0.0.0, ::1, false, false",
        "TCP, 0.0.0.0, ::ffff:127.0.0.1, false, false",
        "TCP, ::, ::1, false, false",
    })
    void aPlainIpv4WildcardMeetsConnectionsOfDualStackSockets(
            Protocol protocol, String wanted, String connection, boolean v6only, boolean meets) {
        assertThat(
                        at(wanted, false, 0)
                                .meetsDualStackConnection(protocol, at(connection, v6only, 0)))
                .isEqualTo(meets);
    }
}
