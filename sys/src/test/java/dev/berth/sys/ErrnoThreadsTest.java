package dev.berth.sys;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;

@ExtendWith(NoLeaks.class)
class ErrnoThreadsTest {
    private static final int ROUNDS = 2_000;

    private record Provocation(Errno expected, LongSupplier call) {}

    @Test
    void everyThreadSeesTheErrorOfItsOwnCall() throws Exception {
        try (Fd eventfd = Fd.of("eventfd", "", Descriptors.eventfd(0, Descriptors.EFD_NONBLOCK));
                Fd udp = Fd.of("socket", "udp", socket(Sockets.AF_INET, Sockets.SOCK_DGRAM));
                Fd tcp = Tcp.bound()) {
            List<Provocation> all = provocations(eventfd.number(), udp.number(), tcp.number());
            assertThat(all.stream().map(Provocation::expected).distinct()).hasSize(16);
            List<Future<Integer>> wrong = new ArrayList<>();
            CyclicBarrier start = new CyclicBarrier(all.size());
            try (ExecutorService pool = Executors.newFixedThreadPool(all.size())) {
                all.forEach(one -> wrong.add(pool.submit(() -> provoke(start, one))));
                for (Future<Integer> each : wrong) {
                    assertThat(each.get()).isZero();
                }
            }
        }
    }

    private static int provoke(CyclicBarrier start, Provocation one) throws Exception {
        start.await();
        int wrong = 0;
        for (int i = 0; i < ROUNDS; i++) {
            if (!one.expected.is(one.call.getAsLong())) {
                wrong++;
            }
        }
        return wrong;
    }

    private static List<Provocation> provocations(int eventfd, int udp, int tcp) {
        SockAddr foreign = new SockAddr.Inet4(0xc000_0201, 1); // 192.0.2.1, for documentation
        return List.of(
                new Provocation(Errno.EBADF, () -> Sockets.listen(-1, 1)),
                new Provocation(Errno.ENOTSOCK, () -> Sockets.listen(eventfd, 1)),
                new Provocation(Errno.EOPNOTSUPP, () -> Sockets.listen(udp, 1)),
                new Provocation(Errno.EAFNOSUPPORT, () -> socket(99, Sockets.SOCK_STREAM)),
                new Provocation(Errno.ESOCKTNOSUPPORT, () -> socket(Sockets.AF_INET, 7)),
                new Provocation(Errno.ENOENT, () -> Descriptors.open("/no/such", 0, 0)),
                new Provocation(Errno.EISDIR, () -> Descriptors.open("/", Descriptors.O_WRONLY, 0)),
                new Provocation(Errno.ENOTDIR, () -> Descriptors.open("/dev/null/x", 0, 0)),
                new Provocation(Errno.EAGAIN, () -> Descriptors.read(eventfd, new byte[8], 0, 8)),
                new Provocation(Errno.EINVAL, () -> Descriptors.dup3(eventfd, eventfd, 0)),
                new Provocation(Errno.EADDRNOTAVAIL, () -> bindUdp(foreign)),
                new Provocation(Errno.ENOTCONN, () -> Sockets.shutdown(tcp, 1)),
                new Provocation(
                        Errno.ENOPROTOOPT,
                        () -> Sockets.setsockopt(tcp, Sockets.SOL_SOCKET, Sockets.SO_TYPE, 1)),
                new Provocation(Errno.ENOTTY, () -> Descriptors.ioctl(eventfd, 0x5401, 0)),
                new Provocation(Errno.ECHILD, ErrnoThreadsTest::reapNobody),
                new Provocation(
                        Errno.EPROTONOSUPPORT,
                        () -> Sockets.socket(Sockets.AF_UNIX, Sockets.SOCK_STREAM, 99)));
    }

    private static long reapNobody() {
        try {
            return Processes.reap(1).isPresent() ? 1 : 0;
        } catch (ErrnoException e) {
            return -e.errno();
        }
    }

    private static int socket(int family, int type) {
        return Sockets.socket(family, type, 0);
    }

    private static int bindUdp(SockAddr address) {
        int fd = socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
        int result = Sockets.bind(fd, address);
        Descriptors.close(fd);
        return result;
    }
}
