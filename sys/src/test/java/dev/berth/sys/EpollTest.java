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
            int[] events = new int[4];
            long[] data = new long[4];

            assertThat(Epoll.epollWait(set.number(), events, data, 0)).isEqualTo(2);

            assertThat(events).startsWith(Epoll.EPOLLIN, Epoll.EPOLLIN);
            assertThat(data).contains(0x0123_4567_89ab_cdefL, -2);
            assertThat(Errno.EEXIST.is(add(set, a, 1))).isTrue();
            assertThat(Epoll.epollCtl(set.number(), Epoll.EPOLL_CTL_DEL, a.number(), 0, 0))
                    .isZero();
            assertThat(Epoll.epollWait(set.number(), events, data, 0)).isOne();
        }
    }

    @Test
    void waitsForAnEventAndTakesNoMoreThanThereIsRoomFor() throws ErrnoException {
        try (Fd set = Fd.of("epoll_create1", "", Epoll.epollCreate1(Epoll.EPOLL_CLOEXEC));
                Fd a = Fd.of("eventfd", "", Descriptors.eventfd(0, 0));
                Fd b = Fd.of("eventfd", "", Descriptors.eventfd(1, 0))) {
            add(set, a, 7);
            add(set, b, -8);
            int[] events = new int[2];
            long[] data = new long[2];

            assertThat(Epoll.epollWait(set.number(), events, data, -1)).isOne();
            assertThat(events[0]).isEqualTo(Epoll.EPOLLIN);
            assertThat(data[0]).isEqualTo(-8);

            Descriptors.write(a.number(), new byte[] {1, 0, 0, 0, 0, 0, 0, 0}, 0, 8);
            assertThat(Epoll.epollWait(set.number(), new int[1], new long[1], 0)).isOne();
            assertThat(Epoll.epollWait(set.number(), events, data, 0)).isEqualTo(2);
            assertThat(data).containsExactlyInAnyOrder(7, -8);
        }
    }

    @Test
    void theWaitTimesOutWhenNothingHappens() throws ErrnoException {
        try (Fd set = Fd.of("epoll_create1", "", Epoll.epollCreate1(Epoll.EPOLL_CLOEXEC))) {
            assertThat(Epoll.epollWait(set.number(), new int[1], new long[1], 1)).isZero();
            assertThat(Errno.EBADF.is(Epoll.epollWait(-1, new int[1], new long[1], 0))).isTrue();
        }
    }

    private static int add(Fd set, Fd fd, long data) {
        return Epoll.epollCtl(set.number(), Epoll.EPOLL_CTL_ADD, fd.number(), Epoll.EPOLLIN, data);
    }
}
