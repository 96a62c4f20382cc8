package dev.berth.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.util.stream.IntStream;

class ErrnoTest {
    @Test
    void everyNumberOfLinuxHasItsOwnName() {
        assertThat(IntStream.rangeClosed(1, 133))
                .filteredOn(number -> number != 41 && number != 58) // aliases in C
                .allSatisfy(number -> assertThat(Errno.of(number).number()).isEqualTo(number));
    }

    @Test
    void unlistedNumbersDoNotFail() {
        assertThat(Errno.of(0)).isEqualTo(Errno.UNLISTED);
        assertThat(Errno.of(-1)).isEqualTo(Errno.UNLISTED);
        assertThat(Errno.of(41)).isEqualTo(Errno.UNLISTED);
        assertThat(Errno.of(4095)).isEqualTo(Errno.UNLISTED);
        assertThat(Errno.of(524)).isEqualTo(Errno.ENOTSUPP);
    }

    @Test
    void aResultIsAnErrorOnlyWithItsMinus() {
        assertThat(Errno.EAGAIN.is(-11)).isTrue();
        assertThat(Errno.EAGAIN.is(11)).isFalse();
        assertThat(Errno.UNLISTED.is(0)).isFalse();
    }

    @Test
    void theMessageNamesCallObjectAndReason() {
        ErrnoException exception = new ErrnoException("bind", "127.0.0.1:8080", 98);

        assertThat(exception)
                .hasMessage("bind 127.0.0.1:8080: EADDRINUSE (98), address already in use");
        assertThat(exception.name()).contains(Errno.EADDRINUSE);
        assertThat(exception.call()).isEqualTo("bind");
        assertThat(exception.errno()).isEqualTo(98);
        assertThat(exception.is(Errno.EADDRINUSE)).isTrue();
        assertThat(exception.is(Errno.EACCES)).isFalse();
    }

    @Test
    void theMessageOfAnUnlistedNumberShowsTheNumber() {
        ErrnoException exception = new ErrnoException("bpf", "", 4095);

        assertThat(exception).hasMessage("bpf: error 4095");
        assertThat(exception.name()).isEmpty();
    }

    @Test
    void checkReturnsWhatIsNoError() throws ErrnoException {
        assertThat(ErrnoException.check("read", 7, 12)).isEqualTo(12);
        assertThat(ErrnoException.check("read", 7, 0)).isZero();
        assertThatThrownBy(() -> ErrnoException.check("read", 7, -9))
                .hasMessage("read 7: EBADF (9), bad file descriptor");
    }

    @Test
    void aMissingFeatureSaysWhatItNeeds() {
        assertThat(new UnsupportedFeatureException("pidfd_getfd", "Linux 5.6"))
                .hasMessage("pidfd_getfd needs Linux 5.6");
    }
}
