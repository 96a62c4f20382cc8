package dev.berth.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

@ExtendWith(NoLeaks.class)
class SocketsTest {
    private static final int STREAM = Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC;
    private static final int DATAGRAM = Sockets.SOCK_DGRAM | Sockets.SOCK_CLOEXEC;

    private static Fd socket(int family, int type) throws ErrnoException {
        return Fd.of("socket", family, Sockets.socket(family, type, 0));
    }

    @Test
    void aConnectionCarriesBytesBothWays() throws ErrnoException {
        try (Fd listener = Tcp.listening();
                Fd client = Tcp.socket()) {
            assertThat(Sockets.connect(client.number(), Tcp.name(listener))).isZero();
            try (Fd server = Fd.of("accept4", "", accept(listener))) {
                byte[] got = new byte[10];

                assertThat(Sockets.send(client.number(), bytes("ping"), 0)).isEqualTo(4);
                assertThat(Sockets.recv(server.number(), got, 0)).isEqualTo(4);
                assertThat(new String(got, 0, 4, UTF_8)).isEqualTo("ping");
                assertThat(Sockets.send(server.number(), bytes("pong!"), 0)).isEqualTo(5);
                assertThat(Sockets.recv(client.number(), got, Sockets.MSG_PEEK)).isEqualTo(5);
                assertThat(Sockets.recv(client.number(), got, 0)).isEqualTo(5);

                assertThat(Sockets.getpeername(server.number())).contains(Tcp.name(client));
                assertThat(Sockets.shutdown(client.number(), Sockets.SHUT_WR)).isZero();
                assertThat(Sockets.recv(server.number(), got, 0)).as("the end").isZero();
            }
        }
    }

    private static int accept(Fd listener) {
        return Sockets.accept4(listener.number(), Sockets.SOCK_CLOEXEC);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    @Test
    void aSocketThatIsNotConnectedHasNoPeer() throws ErrnoException {
        try (Fd socket = Tcp.bound()) {
            assertThat(Sockets.getpeername(socket.number())).isEmpty();
        }
        assertThatThrownBy(() -> Sockets.getpeername(-1))
                .hasMessage("getpeername fd -1: EBADF (9), bad file descriptor");
    }

    @Test
    void aSecondBindOfTheSamePortIsRefused() throws ErrnoException {
        try (Fd first = Tcp.listening();
                Fd second = Tcp.socket()) {
            assertThat(Errno.EADDRINUSE.is(Sockets.bind(second.number(), Tcp.name(first))))
                    .isTrue();
        }
    }

    @Test
    void theKernelReadsEachKindOfAddressAsItWasMeant(@TempDir Path folder) throws ErrnoException {
        bindsTo(Sockets.AF_INET6, new SockAddr.Inet6(0, 1, Tcp.freePort()));
        bindsTo(Sockets.AF_INET, new SockAddr.Inet4(0x7f01_0203, Tcp.freePort()));
        bindsTo(Sockets.AF_UNIX, new SockAddr.Unix("@berth-sys-test-" + System.nanoTime()));
        bindsTo(Sockets.AF_UNIX, new SockAddr.Unix(folder.resolve("söck").toString()));
    }

    private static void bindsTo(int family, SockAddr address) throws ErrnoException {
        try (Fd socket = socket(family, STREAM)) {
            assertThat(Sockets.bind(socket.number(), address)).isZero();
            assertThat(Sockets.getsockname(socket.number())).isEqualTo(address);
        }
    }

    @Test
    void aNewUnixSocketHasNoName() throws ErrnoException {
        try (Fd socket = socket(Sockets.AF_UNIX, STREAM)) {
            assertThat(Sockets.getsockname(socket.number())).isEqualTo(new SockAddr.Unix(""));
        }
    }

    @Test
    void aDatagramIsSentToAnAddressAndCutToTheBuffer() throws ErrnoException {
        try (Fd receiver = socket(Sockets.AF_INET, DATAGRAM);
                Fd sender = socket(Sockets.AF_INET, DATAGRAM)) {
            assertThat(Sockets.bind(receiver.number(), Tcp.LOOPBACK)).isZero();

            long sent = Sockets.sendto(sender.number(), bytes("123456"), 0, Tcp.name(receiver));
            byte[] small = new byte[3];
            long length = Sockets.recv(receiver.number(), small, Sockets.MSG_TRUNC);

            assertThat(sent).isEqualTo(6);
            assertThat(length).as("MSG_TRUNC returns the whole length").isEqualTo(6);
            assertThat(small).isEqualTo(bytes("123"));
            int again = (int) Sockets.recv(receiver.number(), small, Sockets.MSG_DONTWAIT);
            assertThat(Errno.EAGAIN.is(again)).isTrue();
        }
    }

    @Test
    void thePeerOfASocketPairIsThisProcess() throws ErrnoException {
        int[] ends = new int[2];
        assertThat(Sockets.socketpair(Sockets.AF_UNIX, STREAM, 0, ends)).isZero();
        try (Fd a = new Fd(ends[0]);
                Fd b = new Fd(ends[1])) {
            assertThat(Sockets.send(a.number(), bytes("x"), 0)).isOne();
            assertThat(Sockets.recv(b.number(), new byte[1], 0)).isOne();
            assertThat(Sockets.peerCredentials(b.number()))
                    .isEqualTo(
                            new PeerCredentials(
                                    (int) ProcessHandle.current().pid(),
                                    Processes.geteuid(),
                                    Processes.getegid()));
        }
    }

    @Test
    void optionsReadBackAsWritten() throws ErrnoException {
        try (Fd socket = socket(Sockets.AF_INET6, STREAM)) {
            for (SocketOption option :
                    new SocketOption[] {
                        SocketOption.REUSEADDR,
                        SocketOption.REUSEPORT,
                        SocketOption.KEEPALIVE,
                        SocketOption.V6ONLY,
                        SocketOption.NODELAY,
                        SocketOption.INCOMING_CPU,
                        SocketOption.FREEBIND
                    }) {
                long before = option.read(socket.number());
                int other = before == 0 ? 1 : 0;
                option.write(socket.number(), other);
                assertThat(option.read(socket.number())).as("%s", option).isEqualTo(other);
            }
        }
    }

    @Test
    void aSocketReportsItsDomainTypeAndProtocol() throws ErrnoException {
        try (Fd socket = Tcp.bound()) {
            int fd = socket.number();
            assertThat(SocketOption.TYPE.read(fd)).isEqualTo(Sockets.SOCK_STREAM);
            assertThat(SocketOption.PROTOCOL.read(fd)).isEqualTo(Sockets.IPPROTO_TCP);
            assertThat(SocketOption.DOMAIN.read(fd)).isEqualTo(Sockets.AF_INET);
            assertThat(SocketOption.ERROR.read(fd)).isZero();
            assertThat(SocketOption.ACCEPTCONN.read(fd)).isZero();
            assertThat(Sockets.listen(fd, 1)).isZero();
            assertThat(SocketOption.ACCEPTCONN.read(fd)).isOne();
        }
    }

    @Test
    void cookiesOfSocketsAreDistinctAndLongerThanAnInt() throws ErrnoException {
        Set<Long> cookies = new HashSet<>();
        try (Fd a = Tcp.socket();
                Fd b = Tcp.socket()) {
            cookies.add(SocketOption.COOKIE.read(a.number()));
            cookies.add(SocketOption.COOKIE.read(b.number()));
            cookies.add(SocketOption.COOKIE.read(a.number()));
            assertThat(cookies).hasSize(2).doesNotContain(0L);
            assertThat(SocketOption.NETNS_COOKIE.read(a.number()))
                    .isEqualTo(SocketOption.NETNS_COOKIE.read(b.number()));
        }
    }

    @Test
    void aRefusedOptionIsNamed() throws ErrnoException {
        try (Fd socket = Tcp.socket()) {
            int fd = socket.number();
            assertThatThrownBy(() -> SocketOption.TYPE.write(fd, 1))
                    .hasMessage(
                            "setsockopt TYPE of fd %d: ENOPROTOOPT (92), protocol not available",
                            fd);
            assertThatThrownBy(() -> SocketOption.V6ONLY.read(fd))
                    .isInstanceOf(ErrnoException.class);
        }
    }

    @Test
    void anOptionOfAnyLengthReportsHowLongItIs() throws ErrnoException {
        try (Fd socket = Tcp.listening()) {
            byte[] info = new byte[512];
            int length =
                    Sockets.getsockopt(
                            socket.number(), Sockets.IPPROTO_TCP, Sockets.TCP_INFO, info);
            assertThat(length).isBetween(192, 511);
            assertThat(info[0]).as("state LISTEN").isEqualTo((byte) 10);
        }
    }

    @Test
    void aClassicProgramChoosesTheSocketOfTheGroup() throws ErrnoException {
        long returnOne = 0x06 | 1L << 32; // ret #1
        try (Fd first = shared(Tcp.LOOPBACK);
                Fd second = shared(Tcp.name(first));
                Fd client = Tcp.socket()) {
            assertThat(Sockets.attachClassic(first.number(), new long[] {returnOne})).isZero();

            assertThat(Sockets.connect(client.number(), Tcp.name(first))).isZero();

            assertThat(Poll.poll(second.number(), Poll.POLLIN, 10_000)).isEqualTo(Poll.POLLIN);
            assertThat(Poll.poll(first.number(), Poll.POLLIN, 0)).isZero();
        }
    }

    private static Fd shared(SockAddr address) throws ErrnoException {
        Fd socket = Tcp.socket();
        SocketOption.REUSEPORT.write(socket.number(), 1);
        ErrnoException.check("bind", address, Sockets.bind(socket.number(), address));
        ErrnoException.check("listen", address, Sockets.listen(socket.number(), 16));
        return socket;
    }
}
