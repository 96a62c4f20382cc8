package dev.berth.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class FdTest {
    @Test
    void closingClosesTheDescriptor() throws ErrnoException {
        Fd fd = Tcp.socket();
        int number = fd.number();
        assertThat(Descriptors.fcntl(number, Descriptors.F_GETFD, 0))
                .isEqualTo(Descriptors.FD_CLOEXEC);

        fd.close();

        assertThat(fd.isOpen()).isFalse();
        assertThat(Errno.EBADF.is(Descriptors.fcntl(number, Descriptors.F_GETFD, 0))).isTrue();
        assertThatIllegalStateException().isThrownBy(fd::number);
    }

    @Test
    void closingTwiceDoesNotCloseAnothersDescriptor() throws ErrnoException {
        Fd first = Tcp.socket();
        int number = first.number();
        first.close();
        try (Fd second = Tcp.socket()) {
            assertThat(second.number()).as("the kernel gives the lowest number").isEqualTo(number);

            first.close();

            assertThat(Descriptors.fcntl(number, Descriptors.F_GETFD, 0)).isNotNegative();
        }
    }

    @Test
    void aReleasedDescriptorStaysOpen() throws ErrnoException {
        Fd fd = Tcp.socket();
        int number = fd.release();

        fd.close();

        assertThatIllegalStateException().isThrownBy(fd::release);
        assertThat(Descriptors.close(number)).isZero();
    }

    @Test
    void aFailedCallMakesNoDescriptor() {
        assertThatThrownBy(() -> Fd.of("socket", "tcp", -24))
                .isInstanceOf(ErrnoException.class)
                .hasMessage("socket tcp: EMFILE (24), too many open files");
        assertThatIllegalArgumentException().isThrownBy(() -> new Fd(-1));
    }
}
