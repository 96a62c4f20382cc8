package dev.berth.supervise.adoption;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.ListenAddress;
import dev.berth.net.Protocol;
import dev.berth.net.SocketDetails;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpState;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.sys.SockAddr;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Optional;
import java.util.OptionalInt;

/// Which listeners conflict with each other.
final class ConflictCheckTest {
    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, 127.0.0.1, true",
        "127.0.0.1, 127.0.0.2, false",
        "127.0.0.1, 127.0.0.1, true",
        "0.0.0.0, [::], true",
        "0.0.0.0, [::1], false",
        "[::], 127.0.0.1, true",
        "[::1], 0.0.0.0, false",
        "[::1], [::], true",
        "[::ffff:127.0.0.1], 127.0.0.1, true"
    })
    void twoListenersConflictIfAClientCouldReachEither(String ours, String theirs, boolean meet) {
        assertThat(ConflictCheck.meets(key(ours, false, 0), row(theirs, false, 0))).isEqualTo(meet);
    }

    @Test
    void anIpv6OnlyListenerConflictsWithNoIpv4Listener() {
        assertThat(ConflictCheck.meets(key("[::]", true, 0), row("0.0.0.0", false, 0))).isFalse();
        assertThat(ConflictCheck.meets(key("0.0.0.0", false, 0), row("[::]", true, 0))).isFalse();
        assertThat(ConflictCheck.meets(key("[::]", true, 0), row("[::1]", true, 0))).isTrue();
    }

    @Test
    void listenersOnTwoDevicesDoNotConflict() {
        assertThat(ConflictCheck.meets(key("0.0.0.0", false, 1), row("0.0.0.0", false, 2)))
                .isFalse();
        assertThat(ConflictCheck.meets(key("0.0.0.0", false, 1), row("0.0.0.0", false, 0)))
                .isTrue();
    }

    /// The kernel binds a socket to the device that such an address names, and lists it there.
    @Test
    void aLinkLocalAddressIsOnlyOnItsOwnDevice() {
        GroupKey ours = key("[fe80::1%2]", false, 0);
        assertThat(ConflictCheck.meets(ours, row("[fe80::1]", false, 3))).isFalse();
        assertThat(ConflictCheck.meets(ours, row("[fe80::1]", false, 2))).isTrue();
        assertThat(ConflictCheck.meets(ours, row("[::]", false, 0))).isTrue();
        assertThat(ConflictCheck.meets(ours, row("[::]", false, 3))).isFalse();
    }

    private static SockAddr.Inet address(String host) {
        return ListenAddress.parse("tcp://" + host + ":8080").address();
    }

    private static GroupKey key(String host, boolean v6only, int device) {
        return new GroupKey(Protocol.TCP, address(host), v6only, device, false);
    }

    private static SocketRow row(String host, boolean v6only, int device) {
        SockAddr.Inet local = address(host);
        return new SocketRow(
                Protocol.TCP,
                local.family(),
                TcpState.LISTEN,
                local,
                Optional.empty(),
                1,
                1,
                0,
                device,
                0,
                0,
                OptionalInt.empty(),
                Optional.empty(),
                Optional.of(v6only),
                SocketDetails.NONE);
    }
}
