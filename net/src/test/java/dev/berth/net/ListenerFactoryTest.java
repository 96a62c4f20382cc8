package dev.berth.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.sys.Descriptors;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.SocketOption;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

@ExtendWith(NamespaceExtension.class)
final class ListenerFactoryTest {
    private final LiveSockets sockets = new LiveSockets();

    @AfterEach
    void close() {
        sockets.close();
    }

    @Test
    void tcpSocketIsNonBlockingCloseOnExecAndReusesItsAddress() throws Exception {
        int fd = sockets.bound("127.0.0.1:80").number();
        assertThat(Descriptors.fcntl(fd, Descriptors.F_GETFD, 0) & Descriptors.FD_CLOEXEC)
                .isEqualTo(Descriptors.FD_CLOEXEC);
        assertThat(Descriptors.fcntl(fd, Descriptors.F_GETFL, 0) & Descriptors.O_NONBLOCK)
                .isEqualTo(Descriptors.O_NONBLOCK);
        assertThat(SocketOption.REUSEADDR.read(fd)).isEqualTo(1);
        assertThat(SocketOption.REUSEPORT.read(fd)).isZero();
        assertThat(SocketOption.ACCEPTCONN.read(fd)).isZero();
    }

    @Test
    void udpSocketNeverReusesItsAddress() throws Exception {
        int fd = sockets.shared("udp://127.0.0.1:53").number();
        assertThat(SocketOption.REUSEADDR.read(fd)).isZero();
        assertThat(SocketOption.REUSEPORT.read(fd)).isEqualTo(1);
    }

    @Test
    void twoSharedListenersFitOnOnePort() throws Exception {
        Fd first = sockets.shared("[::]:80");
        Fd second = sockets.shared("[::]:80");
        ListenerFactory.listen(first, 8);
        ListenerFactory.listen(second, 8);
        assertThat(SocketOption.ACCEPTCONN.read(second.number())).isEqualTo(1);
    }

    @Test
    void secondBindWithoutReuseportIsRefused() throws Exception {
        sockets.listening("127.0.0.1:80", 8);
        assertThatThrownBy(() -> sockets.bound("127.0.0.1:80"))
                .isInstanceOf(ErrnoException.class)
                .hasMessage("bind 127.0.0.1:80: EADDRINUSE (98), address already in use");
    }

    @Test
    void refusedListenNamesTheAddress() throws Exception {
        Fd first = sockets.bound("127.0.0.1:80");
        Fd second = sockets.bound("127.0.0.1:80");
        ListenerFactory.listen(first, 8);
        assertThatThrownBy(() -> ListenerFactory.listen(second, 8))
                .hasMessage("listen 127.0.0.1:80: EADDRINUSE (98), address already in use");
    }

    @Test
    void refusedBindLeavesNoDescriptor() throws Exception {
        Set<Long> before = ownSockets();
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> sockets.bound("192.0.2.1:80"))
                    .isInstanceOfSatisfying(
                            ErrnoException.class,
                            e -> assertThat(e.name()).contains(Errno.EADDRNOTAVAIL));
        }
        assertThat(ownSockets()).isEqualTo(before);
    }

    private static Set<Long> ownSockets() {
        return Holders.of(List.of((int) ProcessHandle.current().pid())).keySet();
    }

    @Test
    void listeningAgainChangesTheBacklog() throws Exception {
        Fd listener = sockets.listening("127.0.0.1:80", 8);
        ListenerFactory.listen(listener, 16);
        assertThat(TcpInfo.of(listener.number()).backlog()).isEqualTo(16);
    }

    @Test
    void v6onlyIsSetAsAskedAndMeansNothingToIpv4() throws Exception {
        assertThat(SocketOption.V6ONLY.read(sockets.v6only("[::]:80", 1).number())).isEqualTo(1);
        assertThat(SocketOption.V6ONLY.read(sockets.v6only("[::]:81", 0).number())).isZero();
        assertThat(sockets.local(sockets.v6only("0.0.0.0:82", 1))).hasToString("0.0.0.0:82");
    }

    @Test
    void migrateRequestsFollowsTheNamespacesSetting() throws Exception {
        assertThat(ListenerFactory.migrateRequestsEnabled()).isFalse();
        Files.writeString(Path.of("/proc/sys/net/ipv4/tcp_migrate_req"), "1");
        assertThat(ListenerFactory.migrateRequestsEnabled()).isTrue();
    }

    @Test
    void tcpInfoOfAnotherSocketIsRefused() throws Exception {
        int udp = sockets.bound("udp://127.0.0.1:53").number();
        assertThatThrownBy(() -> TcpInfo.of(udp))
                .isInstanceOfSatisfying(
                        ErrnoException.class, e -> assertThat(e.name()).contains(Errno.EOPNOTSUPP));
    }
}
