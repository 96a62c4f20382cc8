package dev.berth.supervise.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.ListenAddress;
import dev.berth.net.Protocol;
import dev.berth.net.SocketDetails;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpState;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.sys.SockAddr;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// What a foreign socket, as listed by the kernel, does to a group.
class ForeignSocketsTest {
    private static final int UID = 1000;
    private static final String MEMBER = "is a member of the group";

    private static SockAddr.Inet address(String host) {
        return ListenAddress.parse("tcp://" + host + ":8080").address();
    }

    private static String effect(String ours, String theirs, int device) {
        GroupKey key = new GroupKey(Protocol.TCP, address(ours), false, 0, false);
        SockAddr.Inet local = address(theirs);
        SocketRow row =
                new SocketRow(
                        Protocol.TCP,
                        local.family(),
                        TcpState.LISTEN,
                        local,
                        Optional.empty(),
                        1,
                        1,
                        UID,
                        device,
                        0,
                        0,
                        OptionalInt.empty(),
                        Optional.empty(),
                        Optional.of(false),
                        SocketDetails.NONE);
        return ForeignSockets.effect(row, List.of(key), UID);
    }

    @Test
    void aSocketOfTheSameAddressAndUserIsAMember() {
        assertThat(effect("127.0.0.1", "127.0.0.1", 0)).isEqualTo(MEMBER);
        assertThat(effect("127.0.0.1", "127.0.0.1", 2)).isEmpty();
        assertThat(effect("127.0.0.1", "127.0.0.2", 0)).isEmpty();
    }

    /// The kernel lists such an address without its scope, but with the scope's device.
    @Test
    void aSocketOfTheSameLinkLocalAddressIsAMemberOnTheSameDevice() {
        assertThat(effect("[fe80::1%2]", "[fe80::1]", 2)).isEqualTo(MEMBER);
        assertThat(effect("[fe80::1%2]", "[fe80::1]", 3)).isEmpty();
    }
}
