package dev.berth.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.sys.Fd;
import dev.berth.sys.Sockets;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Compares what /proc/net reports with netlink.
@ExtendWith(NamespaceExtension.class)
final class ProcNetTest {
    private final LiveSockets sockets = new LiveSockets();

    @AfterEach
    void close() {
        sockets.close();
    }

    /// The fields that both report of a socket.
    private record Common(
            int family, TcpState state, String ends, long inode, int uid, int queue, int drops) {
        static Common of(SocketRow row) {
            return new Common(
                    row.family(),
                    row.state(),
                    row.local() + " " + row.remote(),
                    row.inode(),
                    row.uid(),
                    row.queue(),
                    row.protocol() == Protocol.UDP ? row.drops().orElseThrow() : 0);
        }
    }

    private static List<SocketRow> listed(Protocol protocol) throws IOException {
        return ProcNet.of(NetNamespace.current()).read(protocol);
    }

    private static void sameAsNetlink(Protocol protocol, int count) throws IOException {
        try (SockDiag diag = SockDiag.open()) {
            List<SocketRow> rows = listed(protocol);
            assertThat(rows).hasSize(count).allMatch(SocketRow::partial);
            assertThat(rows)
                    .extracting(Common::of)
                    .containsExactlyInAnyOrderElementsOf(
                            diag.dump(DiagQuery.all(protocol).withMemory()).stream()
                                    .map(Common::of)
                                    .toList());
        }
    }

    @Test
    void connectionsAndListenersOfBothFamiliesAreThoseOfNetlink() throws Exception {
        Fd dual = sockets.v6only("[::]:80", 0);
        ListenerFactory.listen(dual, 5);
        sockets.listening("127.0.0.2:81", 5);
        sockets.connecting("[::1]:80");
        sockets.connecting("127.0.0.1:80");
        LiveSockets.until(() -> TcpInfo.of(dual.number()).queue() == 2);
        sameAsNetlink(Protocol.TCP, 6);
    }

    @Test
    void datagramSocketsAndTheirDropsAreThoseOfNetlink() throws Exception {
        sockets.bound("udp://[::1]:80");
        Fd full = sockets.bound("udp://127.0.0.1:80");
        Fd client = sockets.connecting("udp://127.0.0.1:80");
        LiveSockets.until(
                () -> {
                    Sockets.send(client.number(), new byte[1000], 0);
                    return listed(Protocol.UDP).stream().anyMatch(r -> r.drops().orElse(0) > 0);
                });
        assertThat(full.number()).isPositive();
        sameAsNetlink(Protocol.UDP, 3);
    }

    @Test
    void timeWaitHasTheRemainingTime() throws Exception {
        Fd listener = sockets.listening("127.0.0.1:80", 5);
        Fd client = sockets.connecting("127.0.0.1:80");
        sockets.accepted(listener).close();
        client.close();
        LiveSockets.until(
                () -> listed(Protocol.TCP).stream().anyMatch(r -> r.state() == TcpState.TIME_WAIT));
        SocketRow left =
                listed(Protocol.TCP).stream()
                        .filter(row -> row.state() == TcpState.TIME_WAIT)
                        .findFirst()
                        .orElseThrow();
        assertThat(left.details().timeWaitMillis().orElseThrow()).isBetween(1, 61_000);
        assertThat(left.inode()).isZero();
    }

    @Test
    void linesThatAreCutShortAreLeftOut() {
        Optional<SocketRow> row =
                ProcNet.row(Protocol.TCP, 2, "   0: 0100007F:1F90 00000000:0000 0A 00000000:0000");
        assertThat(row).isEmpty();
    }

    @Test
    void namespaceWhoseProcessIsGoneCannotBeRead() {
        var gone = new NetNamespace(1, "/proc/2147483647/ns/net", Optional.empty());
        assertThatThrownBy(() -> ProcNet.of(gone).read(Protocol.TCP))
                .isInstanceOf(IOException.class);
    }
}
