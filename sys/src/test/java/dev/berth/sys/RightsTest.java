package dev.berth.sys;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.List;

@ExtendWith(NoLeaks.class)
class RightsTest {
    private Fd here;
    private Fd there;

    @BeforeEach
    void connect() throws ErrnoException {
        int[] ends = new int[2];
        int type = Sockets.SOCK_SEQPACKET | Sockets.SOCK_CLOEXEC | Sockets.SOCK_NONBLOCK;
        ErrnoException.check("socketpair", "", Sockets.socketpair(Sockets.AF_UNIX, type, 0, ends));
        here = new Fd(ends[0]);
        there = new Fd(ends[1]);
    }

    @AfterEach
    void disconnect() {
        here.close();
        there.close();
    }

    private long send(String text, int... descriptors) {
        return Rights.sendmsg(here.number(), text.getBytes(UTF_8), descriptors, 0);
    }

    @Test
    void receivedDescriptorsReferToTheSameSocket() throws ErrnoException {
        try (Fd socket = Tcp.bound()) {
            assertThat(send("two", socket.number(), here.number())).isEqualTo(3);
            byte[] buffer = new byte[8];
            int[] received = new int[4];
            assertThat(Rights.recvmsg(there.number(), buffer, received, 0)).isEqualTo(3);
            assertThat(new String(buffer, 0, 3, UTF_8)).isEqualTo("two");
            try (Fd first = new Fd(received[0]);
                    Fd _ = new Fd(received[1])) {
                assertThat(SocketOption.COOKIE.read(first.number()))
                        .isEqualTo(SocketOption.COOKIE.read(socket.number()));
                assertThat(Descriptors.fcntl(first.number(), Descriptors.F_GETFD, 0))
                        .isEqualTo(Descriptors.FD_CLOEXEC);
            }
            assertThat(received).endsWith(-1, -1);
        }
    }

    @Test
    void withoutDescriptorsItIsAPlainMessage() {
        assertThat(send("none")).isEqualTo(4);
        int[] received = {7};
        assertThat(Rights.recvmsg(there.number(), new byte[8], received, 0)).isEqualTo(4);
        assertThat(received).containsExactly(-1);
    }

    @Test
    void theEndAndErrorsAreResults() {
        int[] none = new int[0];
        assertThat(Errno.EAGAIN.is(Rights.recvmsg(there.number(), new byte[1], none, 0))).isTrue();
        assertThat(Errno.EBADF.is(send("bad", -1))).isTrue();
        here.close();
        assertThat(Rights.recvmsg(there.number(), new byte[1], none, 0)).isZero();
    }

    @Test
    void aMessageMadeOnceTakesAnotherDescriptorEachTime() throws ErrnoException {
        RightsMessage message = new RightsMessage("conn".getBytes(UTF_8));
        try (Fd one = Tcp.bound();
                Fd other = Tcp.bound()) {
            for (Fd socket : List.of(one, other, one)) {
                assertThat(message.send(here.number(), socket.number(), 0)).isEqualTo(4);
            }
            assertThat(Errno.EBADF.is(message.send(here.number(), -1, 0))).isTrue();
            for (Fd socket : List.of(one, other, one)) {
                byte[] buffer = new byte[8];
                int[] received = new int[2];
                assertThat(Rights.recvmsg(there.number(), buffer, received, 0)).isEqualTo(4);
                assertThat(new String(buffer, 0, 4, UTF_8)).isEqualTo("conn");
                try (Fd came = new Fd(received[0])) {
                    assertThat(SocketOption.COOKIE.read(came.number()))
                            .isEqualTo(SocketOption.COOKIE.read(socket.number()));
                }
                assertThat(received[1]).isEqualTo(-1);
            }
        }
    }
}
