package dev.berth.sys;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class EpollTest {
    @Test
    void theEventIsPackedOnX86Only() {
        assertThat(EpollEventLayout.layout(Arch.X86_64).byteSize()).isEqualTo(12);
        assertThat(EpollEventLayout.layout(Arch.AARCH64).byteSize()).isEqualTo(16);
        assertThat(Layouts.offset(EpollEventLayout.layout(Arch.X86_64), "data")).isEqualTo(4);
        assertThat(Layouts.offset(EpollEventLayout.layout(Arch.AARCH64), "data")).isEqualTo(8);
    }

    @Test
    void dataComesBackWithTheEventOfItsDescriptor() throws ErrnoException {
        try (Fd set = Fd.of("epoll_create1", "", Epoll.epollCreate1(Epoll.EPOLL_CLOEXEC));
                Fd a = Fd.of("eventfd", "", Descriptors.eventfd(1, 0));
                Fd b = Fd.of("eventfd", "", Descriptors.eventfd(1, 0))) {
            assertThat(add(set, a, 0x0123_4567_89ab_cdefL)).isZero();
            assertThat(add(set, b, -2)).isZero();
            Epoll.Event[] found = new Epoll.Event[4];

            assertThat(Epoll.epollWait(set.number(), found)).isEqualTo(2);

            assertThat(found)
                    .contains(
                            new Epoll.Event(Epoll.EPOLLIN, 0x0123_4567_89ab_cdefL),
                            new Epoll.Event(Epoll.EPOLLIN, -2));
            assertThat(Errno.EEXIST.is(add(set, a, 1))).isTrue();
            assertThat(Epoll.epollCtl(set.number(), Epoll.EPOLL_CTL_DEL, a.number(), 0, 0))
                    .isZero();
            assertThat(Epoll.epollWait(set.number(), found)).isOne();
        }
    }

    private static int add(Fd set, Fd fd, long data) {
        return Epoll.epollCtl(set.number(), Epoll.EPOLL_CTL_ADD, fd.number(), Epoll.EPOLLIN, data);
    }
}
