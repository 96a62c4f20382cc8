package dev.berth.supervise.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.Protocol;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpInfo;
import dev.berth.net.TcpState;
import dev.berth.sys.SockAddr;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Optional;
import java.util.OptionalInt;

/// When a connection counts as busy.
class ConnectionsTest {
    @ParameterizedTest
    @CsvSource({
        // unread, unsent, received and sent so many ms ago, bytes ever received; busy
        "0, 0, 5000, 4000, 100, false",
        "0, 0, 4000, 5000, 100, true",
        "0, 0, 4000, 100, 100, true",
        "1, 0, 5000, 4000, 100, true",
        "0, 1, 5000, 4000, 100, true",
        "0, 0, 200, 200, 0, false",
        "0, 0, 100, 100, 0, true",
        "0, 0, 200, 200, 100, true",
        "0, 0, 1000, 1000, 100, false",
        "0, 0, 204, 200, 100, false",
    })
    void whoHadTheLastWordTells(
            int unread, int unsent, int received, int sent, long bytes, boolean busy) {
        TcpInfo info = new TcpInfo(1, 0, 0, sent, received, 50, 0, 0, bytes, 0);
        SockAddr.Inet4 address = new SockAddr.Inet4(0x7f000001, 8080);
        SocketRow row =
                new SocketRow(
                        Protocol.TCP,
                        2,
                        TcpState.ESTABLISHED,
                        address,
                        Optional.of(address),
                        1,
                        1,
                        0,
                        0,
                        unread,
                        unsent,
                        OptionalInt.empty(),
                        Optional.of(info),
                        Optional.empty());
        assertThat(Connections.busy(row)).isEqualTo(busy);
    }
}
