package dev.berth.bpf;

import static dev.berth.sys.Sockets.SOCK_CLOEXEC;
import static dev.berth.sys.Sockets.SOCK_DGRAM;
import static dev.berth.sys.Sockets.SOCK_NONBLOCK;
import static dev.berth.sys.Sockets.SOCK_STREAM;

import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.SockAddr;
import dev.berth.sys.SocketOption;
import dev.berth.sys.Sockets;
import dev.berth.testkit.Await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The sockets of one SO_REUSEPORT group in the calling thread's namespace. Members are numbered in
/// the order of listen() or bind(), which is their index for a classic program.
final class GroupSockets implements AutoCloseable {

    /// A client's arrival: its port, the member that received it, and what it sent.
    record Arrival(int clientPort, int member, String message) {}

    private static final int BACKLOG = 4096;

    private final List<Fd> members = new ArrayList<>();
    private final boolean tcp;

    private GroupSockets(boolean tcp) {
        this.tcp = tcp;
    }

    static GroupSockets tcp(SockAddr.Inet address, int members) throws ErrnoException {
        return open(true, address, members);
    }

    static GroupSockets udp(SockAddr.Inet address, int members) throws ErrnoException {
        return open(false, address, members);
    }

    private static GroupSockets open(boolean tcp, SockAddr.Inet address, int members)
            throws ErrnoException {
        GroupSockets group = new GroupSockets(tcp);
        try {
            for (int member = 0; member < members; member++) {
                group.join(address);
            }
            return group;
        } catch (ErrnoException failure) {
            group.close();
            throw failure;
        }
    }

    private void join(SockAddr.Inet address) throws ErrnoException {
        Fd fd = socket(address.family(), tcp ? SOCK_STREAM : SOCK_DGRAM);
        members.add(fd);
        SocketOption.REUSEPORT.write(fd.number(), 1);
        ErrnoException.check("bind", address, Sockets.bind(fd.number(), address));
        if (tcp) {
            ErrnoException.check("listen", address, Sockets.listen(fd.number(), BACKLOG));
        }
    }

    static Fd socket(int family, int type) throws ErrnoException {
        return Fd.of("socket", "", Sockets.socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    }

    int fd(int member) {
        return members.get(member).number();
    }

    void close(int member) {
        members.get(member).close();
    }

    void shutDown(int member) throws ErrnoException {
        ErrnoException.check("shutdown", "", Sockets.shutdown(fd(member), Sockets.SHUT_RD));
    }

    /// Waits for this many clients and accepts them, in no particular order.
    List<Arrival> take(int clients) {
        List<Arrival> arrivals = new ArrayList<>();
        Await.until(
                Duration.ofSeconds(10),
                () -> {
                    drain(arrivals);
                    return arrivals.size() >= clients;
                },
                () -> arrivals.size() + " of " + clients + " clients arrived");
        return arrivals;
    }

    /// The clients that are waiting at this moment.
    List<Arrival> takeNow() {
        List<Arrival> arrivals = new ArrayList<>();
        drain(arrivals);
        return arrivals;
    }

    private void drain(List<Arrival> arrivals) {
        for (int member = 0; member < members.size(); member++) {
            if (members.get(member).isOpen()) {
                drain(member, arrivals);
            }
        }
    }

    private void drain(int member, List<Arrival> arrivals) {
        try {
            while (tcp ? accept(member, arrivals) : receive(member, arrivals)) {
                // Accepts one client at a time.
            }
        } catch (IOException failure) {
            throw new AssertionError("member " + member, failure);
        }
    }

    private boolean accept(int member, List<Arrival> arrivals) throws IOException {
        long result = Sockets.accept4(fd(member), SOCK_CLOEXEC);
        if (Errno.EAGAIN.is(result) || Errno.EINVAL.is(result)) {
            return false;
        }
        try (Fd connection = Fd.of("accept4", "member " + member, result)) {
            SockAddr peer = Sockets.getpeername(connection.number()).orElseThrow();
            byte[] buffer = new byte[64];
            long length = Sockets.recv(connection.number(), buffer, Sockets.MSG_DONTWAIT);
            arrivals.add(arrival(((SockAddr.Inet) peer).port(), member, buffer, length));
            return true;
        }
    }

    private boolean receive(int member, List<Arrival> arrivals) throws IOException {
        byte[] buffer = new byte[64];
        long length = Sockets.recv(fd(member), buffer, 0);
        if (Errno.EAGAIN.is(length)) {
            return false;
        }
        ErrnoException.check("recv", "member " + member, length);
        String sourcePort = new String(buffer, 0, (int) length, StandardCharsets.US_ASCII);
        int port = sourcePort.isEmpty() ? 0 : Integer.parseInt(sourcePort);
        arrivals.add(arrival(port, member, buffer, length));
        return true;
    }

    private static Arrival arrival(int port, int member, byte[] buffer, long length) {
        int said = Math.max(0, (int) length);
        return new Arrival(port, member, new String(buffer, 0, said, StandardCharsets.US_ASCII));
    }

    @Override
    public void close() {
        members.forEach(Fd::close);
    }
}
