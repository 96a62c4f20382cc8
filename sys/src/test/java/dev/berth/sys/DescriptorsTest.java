package dev.berth.sys;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

@ExtendWith(NoLeaks.class)
class DescriptorsTest {
    @Test
    void whatGoesIntoAPipeComesOut() {
        int[] ends = new int[2];
        assertThat(Descriptors.pipe2(ends, Descriptors.O_CLOEXEC)).isZero();
        try (Fd read = new Fd(ends[0]);
                Fd write = new Fd(ends[1])) {
            byte[] sent = "..hello..".getBytes(UTF_8);
            byte[] got = new byte[10];

            assertThat(Descriptors.write(write.number(), sent, 2, 5)).isEqualTo(5);
            assertThat(Descriptors.read(read.number(), got, 3, 7)).isEqualTo(5);

            assertThat(new String(got, 3, 5, UTF_8)).isEqualTo("hello");
            assertThat(got).startsWith(0, 0, 0).endsWith(0, 0);
            write.close();
            assertThat(Descriptors.read(read.number(), got, 0, 10)).as("the end").isZero();
        }
    }

    @Test
    void anEventfdCounts() throws ErrnoException {
        int flags = Descriptors.EFD_NONBLOCK | Descriptors.EFD_CLOEXEC;
        try (Fd fd = Fd.of("eventfd", "", Descriptors.eventfd(40, flags))) {
            byte[] eight = new byte[8];
            ByteBuffer number = ByteBuffer.wrap(eight).order(ByteOrder.nativeOrder());

            number.putLong(0, 2);
            assertThat(Descriptors.write(fd.number(), eight, 0, 8)).isEqualTo(8);
            assertThat(Descriptors.read(fd.number(), eight, 0, 8)).isEqualTo(8);
            assertThat(number.getLong(0)).isEqualTo(42);
            assertThat(Errno.EAGAIN.is(Descriptors.read(fd.number(), eight, 0, 8))).isTrue();
        }
    }

    @Test
    void aCopyOfADescriptorIsTheSameSocket() throws ErrnoException {
        try (Fd socket = Tcp.bound();
                Fd copy =
                        Fd.of(
                                "fcntl",
                                socket,
                                Descriptors.fcntl(
                                        socket.number(), Descriptors.F_DUPFD_CLOEXEC, 300))) {
            assertThat(copy.number()).isGreaterThanOrEqualTo(300);
            assertThat(Tcp.name(copy)).isEqualTo(Tcp.name(socket));
        }
    }

    @Test
    void dup3PutsOneSocketInThePlaceOfAnother() throws ErrnoException {
        try (Fd bound = Tcp.bound();
                Fd other = Tcp.socket()) {
            int result = Descriptors.dup3(bound.number(), other.number(), Descriptors.O_CLOEXEC);

            assertThat(result).isEqualTo(other.number());
            assertThat(Tcp.name(other)).isEqualTo(Tcp.name(bound));
        }
    }

    @Test
    void closeRangeClosesWhatIsInTheRangeOnly() throws ErrnoException {
        try (Fd socket = Tcp.socket()) {
            int a = Descriptors.fcntl(socket.number(), Descriptors.F_DUPFD_CLOEXEC, 4000);
            int b = Descriptors.fcntl(socket.number(), Descriptors.F_DUPFD_CLOEXEC, 4001);
            int c = Descriptors.fcntl(socket.number(), Descriptors.F_DUPFD_CLOEXEC, 4002);

            assertThat(Descriptors.closeRange(a, b, 0)).isZero();

            assertThat(Errno.EBADF.is(Descriptors.close(a))).isTrue();
            assertThat(Errno.EBADF.is(Descriptors.close(b))).isTrue();
            assertThat(Descriptors.close(c)).isZero();
        }
    }

    @Test
    void aSecondExclusiveLockIsRefused(@TempDir Path folder) throws Exception {
        String file = Files.createFile(folder.resolve("lock")).toString();
        int nonBlocking = Descriptors.LOCK_EX | Descriptors.LOCK_NB;
        try (Fd first = open(file);
                Fd second = open(file)) {
            assertThat(Descriptors.flock(first.number(), nonBlocking)).isZero();
            assertThat(Errno.EAGAIN.is(Descriptors.flock(second.number(), nonBlocking))).isTrue();
            assertThat(Descriptors.flock(first.number(), Descriptors.LOCK_UN)).isZero();
            assertThat(Descriptors.flock(second.number(), nonBlocking)).isZero();
        }
    }

    private static Fd open(String file) throws ErrnoException {
        return Fd.of("open", file, Descriptors.open(file, Descriptors.O_RDWR, 0));
    }

    @Test
    void anOpenedFileIsCloseOnExecAndHasTheModeAskedFor(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("näme");
        int flags = Descriptors.O_CREAT | Descriptors.O_EXCL | Descriptors.O_WRONLY;
        try (Fd fd = Fd.of("open", file, Descriptors.open(file.toString(), flags, 0600))) {
            assertThat(Descriptors.fcntl(fd.number(), Descriptors.F_GETFD, 0))
                    .isEqualTo(Descriptors.FD_CLOEXEC);
            assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
        }
        int again = Descriptors.open(file.toString(), flags, 0600);
        assertThat(Errno.EEXIST.is(again)).isTrue();
    }

    @Test
    void theAttributeOfASocketNamesItsProtocol() throws ErrnoException {
        try (Fd socket = Tcp.socket()) {
            String path = "/proc/self/fd/" + socket.number();

            assertThat(Descriptors.getxattr(path, "system.sockprotoname")).contains("TCP");
            assertThat(Descriptors.getxattr(path, "user.no-such-attribute")).isEmpty();
        }
    }

    @Test
    void anIoctlOnAStructBringsItBackChanged() throws ErrnoException {
        byte[] ifreq = new byte[40];
        System.arraycopy("lo".getBytes(UTF_8), 0, ifreq, 0, 2);
        try (Fd socket = Tcp.socket()) {
            assertThat(Descriptors.ioctl(socket.number(), 0x8933, ifreq)).isZero(); // SIOCGIFINDEX
        }
        assertThat(ByteBuffer.wrap(ifreq).order(ByteOrder.nativeOrder()).getInt(16)).isOne();
    }

    @Test
    void fchownChangesTheOwnerOfASocket() throws Exception {
        int uid = Capabilities.has(Capability.CHOWN) ? 65534 : Processes.geteuid();
        try (Fd socket = Tcp.socket()) {
            assertThat(Descriptors.fchown(socket.number(), uid, -1)).isZero();
            Path path = Path.of("/proc/self/fd/" + socket.number());
            assertThat(Files.getAttribute(path, "unix:uid")).isEqualTo(uid);
        }
    }
}
