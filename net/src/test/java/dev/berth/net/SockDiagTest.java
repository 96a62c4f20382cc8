package dev.berth.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.sys.Descriptors;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.SocketOption;
import dev.berth.sys.Sockets;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Checks the kernel's rows for sockets created in a namespace without any others.
@ExtendWith(NamespaceExtension.class)
final class SockDiagTest {
    private static final DiagQuery TCP = DiagQuery.all(Protocol.TCP);
    private static final DiagQuery UDP = DiagQuery.all(Protocol.UDP);

    private final LiveSockets sockets = new LiveSockets();

    @AfterEach
    void close() {
        sockets.close();
    }

    @Test
    void listenerShowsQueueAndBacklog() throws Exception {
        Fd listener = sockets.listening("127.0.0.1:80", 3);
        sockets.connecting("127.0.0.1:80");
        sockets.connecting("127.0.0.1:80");
        LiveSockets.until(() -> TcpInfo.of(listener.number()).queue() == 2);
        SocketRow row = only(DiagQuery.listeners().withTcpInfo());
        assertThat(row.protocol()).isEqualTo(Protocol.TCP);
        assertThat(row.family()).isEqualTo(2);
        assertThat(row.state()).isEqualTo(TcpState.LISTEN);
        assertThat(row.local()).hasToString("127.0.0.1:80");
        assertThat(row.remote()).isEmpty();
        assertThat(row.queue()).isEqualTo(2);
        assertThat(row.backlog()).isEqualTo(3);
        assertThat(row.drops()).hasValue(0);
        assertThat(row.v6only()).isEmpty();
        assertThat(row.cookie()).isEqualTo(SocketOption.COOKIE.read(listener.number()));
        TcpInfo info = row.info().orElseThrow();
        assertThat(info.queue()).isEqualTo(2);
        assertThat(info.backlog()).isEqualTo(3);
    }

    /// Two dumps, one for each family.
    @Test
    void manyPortsAreListedByOneDump() throws Exception {
        Set<Integer> ports = new HashSet<>();
        for (int port = 101; port <= 120; port++) {
            sockets.listening("127.0.0.1:" + port, 1);
            ports.add(port);
        }
        ports.remove(120);
        try (SockDiag diag = SockDiag.open()) {
            long before = SockDiag.dumps();
            List<SocketRow> rows = diag.dump(DiagQuery.listeners(), ports);
            assertThat(SockDiag.dumps() - before).isEqualTo(2);
            assertThat(rows.stream().map(row -> row.local().port()))
                    .containsExactlyInAnyOrderElementsOf(ports);
            assertThat(diag.dump(DiagQuery.listeners(), Set.of(101, 120))).hasSize(2);
        }
    }

    @Test
    void listenerCountsWhatItDrops() throws Exception {
        sockets.listening("127.0.0.1:80", 1);
        for (int i = 0; i < 5; i++) {
            sockets.connecting("127.0.0.1:80");
        }
        LiveSockets.until(() -> only(DiagQuery.listeners()).drops().getAsInt() >= 3);
        assertThat(only(DiagQuery.listeners()).queue()).isEqualTo(2);
    }

    @Test
    void establishedConnectionCarriesItsInfo() throws Exception {
        Fd listener = sockets.listening("127.0.0.1:80", 8);
        Fd client = sockets.connecting("127.0.0.1:80");
        Fd server = sockets.accepted(listener);
        Sockets.send(client.number(), new byte[100], 0);
        DiagQuery query = TCP.withLocalPort(80).withStates(TcpState.ESTABLISHED).withTcpInfo();
        LiveSockets.until(() -> only(query).receiveQueue() == 100);
        SocketRow row = only(query);
        assertThat(row.local()).hasToString("127.0.0.1:80");
        assertThat(row.remote()).contains(sockets.local(client));
        assertThat(row.cookie()).isEqualTo(SocketOption.COOKIE.read(server.number()));
        assertThat(row.queue()).isZero();
        TcpInfo info = row.info().orElseThrow();
        assertThat(TcpState.of(info.state())).isEqualTo(TcpState.ESTABLISHED);
        assertThat(info.bytesReceived()).isEqualTo(100);
        assertThat(info.queue()).isZero();
        LiveSockets.until(() -> TcpInfo.of(client.number()).bytesAcked() >= 100);
        assertThat(TcpInfo.of(server.number()).bytesReceived()).isEqualTo(100);
    }

    @Test
    void notSentBytesAreThoseThatDoNotFitAtThePeer() throws Exception {
        Fd listener = sockets.listening("127.0.0.1:80", 8);
        Fd client = sockets.connecting("127.0.0.1:80");
        sockets.accepted(listener);
        byte[] chunk = new byte[64 * 1024];
        LiveSockets.until(() -> Sockets.send(client.number(), chunk, 0) < 0);
        assertThat(TcpInfo.of(client.number()).notSentBytes()).isPositive();
    }

    @Test
    void connectionThatNobodyAcceptedHasNoInode() throws Exception {
        Fd listener = sockets.listening("127.0.0.1:80", 8);
        sockets.connecting("127.0.0.1:80");
        LiveSockets.until(() -> TcpInfo.of(listener.number()).queue() == 1);
        DiagQuery query = TCP.withLocalPort(80).withStates(TcpState.ESTABLISHED);
        assertThat(only(query).inode()).isZero();
        sockets.accepted(listener);
        assertThat(only(query).inode()).isPositive();
    }

    @Test
    void halfOpenRequestIsInStateSynRecv() throws Exception {
        Fd listener = sockets.listening("127.0.0.1:80", 8);
        SocketOption.DEFER_ACCEPT.write(listener.number(), 10);
        Fd client = sockets.connecting("127.0.0.1:80");
        for (TcpState asked : List.of(TcpState.SYN_RECV, TcpState.NEW_SYN_RECV)) {
            DiagQuery query = TCP.withLocalPort(80).withStates(asked).withTcpInfo().withMemory();
            LiveSockets.until(() -> !dump(query).isEmpty());
            SocketRow row = only(query);
            assertThat(row.state()).isEqualTo(TcpState.SYN_RECV);
            assertThat(row.remote()).contains(sockets.local(client));
            assertThat(row.inode()).isZero();
            assertThat(row.info()).isEmpty();
        }
    }

    @Test
    void boundSocketIsBoundInactive() throws Exception {
        Fd bound = sockets.bound("127.0.0.1:80");
        sockets.bound("127.0.0.1:81");
        SocketRow row = only(TCP.withLocalPort(80).withStates(TcpState.BOUND_INACTIVE));
        assertThat(row.state()).isEqualTo(TcpState.BOUND_INACTIVE);
        assertThat(row.local()).hasToString("127.0.0.1:80");
        assertThat(row.cookie()).isEqualTo(SocketOption.COOKIE.read(bound.number()));
        assertThat(dump(DiagQuery.listeners())).isEmpty();
    }

    @Test
    void listenerThatWasShutDownIsBoundInactive() throws Exception {
        Fd listener = sockets.listening("[::1]:80", 8);
        Sockets.shutdown(listener.number(), Sockets.SHUT_RD);
        assertThat(only(TCP).state()).isEqualTo(TcpState.BOUND_INACTIVE);
        TcpInfo info = TcpInfo.of(listener.number());
        assertThat(info.listening()).isFalse();
        assertThat(TcpState.of(info.state())).isEqualTo(TcpState.CLOSE);
    }

    @Test
    void ipv6ListenerReportsWhetherItIsV6only() throws Exception {
        sockets.v6only("[::]:80", 0);
        sockets.v6only("[::]:81", 1);
        sockets.v6only("127.0.0.1:82", 1);
        for (Fd fd : sockets.all()) {
            ListenerFactory.listen(fd, 8);
        }
        assertThat(dump(DiagQuery.listeners()))
                .extracting(row -> row.local() + " " + row.v6only())
                .containsExactlyInAnyOrder(
                        "[::]:80 Optional[false]",
                        "[::]:81 Optional[true]",
                        "127.0.0.1:82 Optional.empty");
    }

    @Test
    void ipv4ConnectionOfADualListenerIsMapped() throws Exception {
        Fd listener = sockets.listening("[::]:80", 8);
        Fd client = sockets.connecting("127.0.0.1:80");
        sockets.accepted(listener);
        SocketRow row = only(TCP.withLocalPort(80).withStates(TcpState.ESTABLISHED));
        assertThat(row.family()).isEqualTo(10);
        assertThat(row.local()).hasToString("[::ffff:127.0.0.1]:80");
        int port = sockets.local(client).port();
        assertThat(row.remote().orElseThrow()).hasToString("[::ffff:127.0.0.1]:" + port);
    }

    @Test
    void familyIsFiltered() throws Exception {
        sockets.listening("127.0.0.1:80", 8);
        sockets.listening("[::1]:80", 8);
        DiagQuery both = DiagQuery.listeners();
        assertThat(only(both.withFamily(DiagQuery.INET)).local()).hasToString("127.0.0.1:80");
        assertThat(only(both.withFamily(DiagQuery.INET6)).local()).hasToString("[::1]:80");
        assertThat(dump(both)).hasSize(2);
    }

    @Test
    void timeWaitHasNeitherInodeNorInfo() throws Exception {
        Fd listener = sockets.listening("127.0.0.1:80", 8);
        Fd client = sockets.connecting("127.0.0.1:80");
        sockets.accepted(listener).close();
        client.close();
        DiagQuery query = TCP.withStates(TcpState.TIME_WAIT).withTcpInfo().withMemory();
        LiveSockets.until(() -> !dump(query).isEmpty());
        SocketRow row = only(query);
        assertThat(row.local()).hasToString("127.0.0.1:80");
        assertThat(row.inode()).isZero();
        assertThat(row.info()).isEmpty();
        assertThat(row.drops()).isEmpty();
    }

    @Test
    void boundUdpSocketIsClosedAndConnectedOneEstablished() throws Exception {
        sockets.bound("udp://127.0.0.1:53");
        Fd client = sockets.connecting("udp://127.0.0.1:53");
        SocketRow bound = only(UDP.withStates(TcpState.CLOSE));
        assertThat(bound.local()).hasToString("127.0.0.1:53");
        assertThat(bound.remote()).isEmpty();
        SocketRow connected = only(UDP.withStates(TcpState.ESTABLISHED));
        assertThat(connected.local()).isEqualTo(sockets.local(client));
        assertThat(connected.remote().orElseThrow()).hasToString("127.0.0.1:53");
        assertThat(dump(TCP)).isEmpty();
    }

    @Test
    void udpSocketCountsWhatItDrops() throws Exception {
        Fd bound = sockets.bound("udp://[::1]:53");
        SocketOption.RCVBUF.write(bound.number(), 4096);
        Fd client = sockets.connecting("udp://[::1]:53");
        for (int i = 0; i < 100; i++) {
            Sockets.send(client.number(), new byte[1000], 0);
        }
        SocketRow row = only(UDP.withLocalPort(53).withMemory());
        assertThat(row.drops().getAsInt()).isPositive();
        assertThat(row.receiveQueue()).isPositive();
        assertThat(only(UDP.withLocalPort(53)).drops()).isEmpty();
    }

    @Test
    void rowHasInodeUidAndDevice() throws Exception {
        Fd bound = sockets.bound("127.0.0.1:80");
        Descriptors.fchown(bound.number(), 1234, -1);
        byte[] lo = {'l', 'o', 0};
        Sockets.setsockopt(bound.number(), Sockets.SOL_SOCKET, Sockets.SO_BINDTODEVICE, lo);
        SocketRow row = only(TCP);
        assertThat(row.uid()).isEqualTo(1234);
        assertThat(row.device()).isEqualTo(1);
        int pid = (int) ProcessHandle.current().pid();
        assertThat(Holders.holds(new Holder(pid, bound.number()), row.inode())).isTrue();
    }

    @Test
    void longAnswerIsReadCompletely() throws Exception {
        for (int port = 1000; port < 1600; port++) {
            sockets.bound("udp://127.0.0.1:" + port);
        }
        List<SocketRow> rows = dump(UDP.withMemory());
        assertThat(rows)
                .extracting(row -> row.local().port())
                .doesNotHaveDuplicates()
                .hasSize(600)
                .contains(1000, 1599);
    }

    @Test
    void refusedDumpIsAnErrorAndTheNextOneWorks() throws Exception {
        sockets.listening("127.0.0.1:80", 8);
        try (SockDiag diag = SockDiag.open()) {
            assertThatThrownBy(() -> diag.dump(TCP, 40, new ArrayList<>()))
                    .isInstanceOfSatisfying(
                            ErrnoException.class, e -> assertThat(e.name()).contains(Errno.ENOENT));
            for (int i = 0; i < 3; i++) {
                assertThat(diag.dump(DiagQuery.listeners())).hasSize(1);
            }
        }
    }

    @Test
    void queryStaysInTheNamespaceWhereItWasOpened() throws Throwable {
        sockets.listening("127.0.0.1:80", 8);
        try (SockDiag diag = SockDiag.open()) {
            NamespaceExtension.inside(
                    () -> {
                        assertThat(dump(DiagQuery.listeners())).isEmpty();
                        assertThat(diag.dump(DiagQuery.listeners())).hasSize(1);
                    });
        }
    }

    @Test
    void closedQuerySocketIsNotUsed() throws Exception {
        SockDiag diag = SockDiag.open();
        diag.close();
        diag.close();
        assertThatThrownBy(() -> diag.dump(TCP)).isInstanceOf(IllegalStateException.class);
    }

    private List<SocketRow> dump(DiagQuery query) throws IOException {
        try (SockDiag diag = SockDiag.open()) {
            return diag.dump(query);
        }
    }

    private SocketRow only(DiagQuery query) throws IOException {
        List<SocketRow> rows = dump(query);
        assertThat(rows).hasSize(1);
        return rows.getFirst();
    }
}
