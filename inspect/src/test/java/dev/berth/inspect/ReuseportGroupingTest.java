package dev.berth.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.Protocol;
import dev.berth.net.SocketDetails;
import dev.berth.net.TcpState;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

class ReuseportGroupingTest {
    private static ReuseportGrouping.Result group(PortSocket... sockets) {
        return new ReuseportGrouping(new OwnerFamilies(_ -> Optional.empty())).of(List.of(sockets));
    }

    @Test
    void exactAddressFamilyAndUidMakeAGroup() {
        PortSocket other =
                SocketRows.socket(
                        SocketRows.row(
                                Protocol.TCP,
                                TcpState.LISTEN,
                                "127.0.0.1:80",
                                5,
                                1000,
                                SocketDetails.NONE),
                        Optional.of(true));
        ReuseportGrouping.Result result =
                group(
                        SocketRows.listener("127.0.0.1:80", 1),
                        SocketRows.listener("0.0.0.0:80", 2),
                        SocketRows.listener("[::ffff:127.0.0.1]:80", 3),
                        SocketRows.listener("127.0.0.1:80", 4),
                        other);
        assertThat(result.sockets())
                .extracting(PortSocket::group)
                .containsExactly(
                        OptionalInt.of(1),
                        OptionalInt.of(2),
                        OptionalInt.of(3),
                        OptionalInt.of(1),
                        OptionalInt.of(4));
        assertThat(result.groups()).extracting(PortGroup::members).containsExactly(2, 1, 1, 1);
    }

    @Test
    void reuseportIsInferredForSeveralListenersOnOneAddress() {
        var row = SocketRows.row(TcpState.LISTEN, "127.0.0.1:80", 1);
        var second = SocketRows.row(TcpState.LISTEN, "127.0.0.1:80", 2);
        ReuseportGrouping.Result result =
                group(
                        SocketRows.socket(row, Optional.empty()),
                        SocketRows.socket(second, Optional.empty()));
        assertThat(result.groups()).extracting(PortGroup::members).containsExactly(2);
        assertThat(result.sockets())
                .allSatisfy(
                        socket -> {
                            assertThat(socket.reuseport()).contains(true);
                            assertThat(socket.options().inferred()).isTrue();
                        });
    }

    @Test
    void reuseportIsNotInferredForALoneListener() {
        var row = SocketRows.row(TcpState.LISTEN, "127.0.0.1:80", 1);
        ReuseportGrouping.Result result = group(SocketRows.socket(row, Optional.empty()));
        assertThat(result.groups()).isEmpty();
        assertThat(result.sockets().getFirst().reuseport()).isEmpty();
    }

    @Test
    void boundSocketIsNoMemberBeforeItListens() {
        var row = SocketRows.row(TcpState.BOUND_INACTIVE, "127.0.0.1:80", 1);
        ReuseportGrouping.Result result =
                group(
                        SocketRows.socket(row, Optional.of(true)),
                        SocketRows.listener("127.0.0.1:80", 2),
                        SocketRows.socket(
                                SocketRows.row(TcpState.LISTEN, "127.0.0.1:81", 3),
                                Optional.of(false)));
        assertThat(result.groups()).extracting(PortGroup::members).containsExactly(1);
        assertThat(result.sockets().getFirst().group()).isEmpty();
        assertThat(result.sockets().getLast().group()).isEmpty();
    }
}
