package dev.berth.testkit;

import static dev.berth.sys.ErrnoException.check;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.berth.sys.Descriptors;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Poll;
import dev.berth.sys.Rights;
import dev.berth.sys.SockAddr;
import dev.berth.sys.Sockets;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A dispatcher with one worker: a listener, and the socket pair of protocol v1 (`docs/worker.md`).
///
/// It performs one step at a time, on request: [#connect()] creates a client, [#pass()] accepts it
/// and hands it over. What the worker does not receive waits in the pair; the worker's end is held
/// here too.
///
/// **Ownership:** [#close()] closes everything except the clients.
public final class TinyDispatcher implements AutoCloseable {
    /// How long it waits for a worker.
    public static final Duration LIMIT = Duration.ofMinutes(3);

    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int PAIR =
            Sockets.SOCK_SEQPACKET | Sockets.SOCK_CLOEXEC | Sockets.SOCK_NONBLOCK;

    private final Fd listener;
    private final Fd own;
    private final Fd workers;
    private final List<String> heard = new ArrayList<>();

    private TinyDispatcher(Fd listener, Fd own, Fd workers) {
        this.listener = listener;
        this.own = own;
        this.workers = workers;
    }

    /// Listens on 127.0.0.1.
    public static TinyDispatcher onIpv4() throws IOException {
        return on(new SockAddr.Inet4(0x7f00_0001, 0));
    }

    /// Listens on ::1.
    public static TinyDispatcher onIpv6() throws IOException {
        return on(new SockAddr.Inet6(0, 1, 0));
    }

    /// Listens on all addresses of both families.
    public static TinyDispatcher onBoth() throws IOException {
        return on(new SockAddr.Inet6(0, 0, 0));
    }

    private static TinyDispatcher on(SockAddr.Inet address) throws IOException {
        int type = Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC;
        Fd listener = Fd.of("socket", address, Sockets.socket(address.family(), type, 0));
        check("bind", address, Sockets.bind(listener.number(), address));
        check("listen", address, Sockets.listen(listener.number(), 1024));
        int[] ends = new int[2];
        check("socketpair", "", Sockets.socketpair(Sockets.AF_UNIX, PAIR, 0, ends));
        return new TinyDispatcher(listener, new Fd(ends[0]), new Fd(ends[1]));
    }

    /// A copy of the worker's end, for a worker in this process.
    ///
    /// **Ownership:** the caller closes it.
    public int workerEnd() throws ErrnoException {
        int copy = Descriptors.fcntl(workers.number(), F_DUPFD_CLOEXEC, 0);
        return (int) check("fcntl", workers, copy);
    }

    /// The worker's end itself, for a process that receives a copy.
    int workerEndToCopy() {
        return workers.number();
    }

    /// Connects a client, which is not accepted yet.
    public Socket connect() throws IOException {
        return connect("localhost");
    }

    /// Connects a client to one of the addresses that it listens on.
    public Socket connect(String host) throws IOException {
        SockAddr.Inet address = (SockAddr.Inet) Sockets.getsockname(listener.number());
        InetAddress target =
                InetAddress.getByName(
                        host.equals("localhost")
                                ? address.family() == Sockets.AF_INET ? "127.0.0.1" : "::1"
                                : host);
        Socket client = new Socket();
        client.connect(new InetSocketAddress(target, address.port()));
        client.setSoTimeout((int) LIMIT.toMillis());
        return client;
    }

    /// Accepts a client and hands it over.
    public void pass() throws IOException {
        passAs("conn");
    }

    /// Accepts a client and hands it over with this packet text.
    public void passAs(String text) throws IOException {
        int flags = Sockets.SOCK_CLOEXEC | Sockets.SOCK_NONBLOCK;
        try (Fd connection =
                Fd.of("accept4", listener, Sockets.accept4(listener.number(), flags))) {
            sendWith(text, connection.number());
        }
    }

    /// Connects a client and hands it over.
    public Socket connectAndPass() throws IOException {
        Socket client = connect();
        pass();
        return client;
    }

    /// Sends a packet with these descriptors, which this process keeps, as soon as there is room.
    public void sendWith(String text, int... descriptors) throws ErrnoException {
        Await.until(
                LIMIT,
                () -> Poll.poll(own.number(), Poll.POLLOUT, 100) != 0,
                () -> "no room for '" + text + "'");
        byte[] packet = text.getBytes(US_ASCII);
        check(
                "sendmsg",
                text,
                Rights.sendmsg(own.number(), packet, descriptors, Sockets.MSG_NOSIGNAL));
    }

    /// Sends a packet without a descriptor.
    public void say(String text) throws ErrnoException {
        sendWith(text);
    }

    /// Everything that the worker has said, oldest first.
    public List<String> heard() {
        Optional<String> next = receive();
        while (next.isPresent()) {
            heard.add(next.get());
            next = receive();
        }
        return List.copyOf(heard);
    }

    /// Waits until the worker has said exactly this since its start.
    public void awaitHeard(String... packets) {
        Await.until(
                LIMIT,
                () -> heard().equals(List.of(packets)),
                () -> "heard " + heard + ", not " + List.of(packets));
    }

    /// Waits until the worker has received everything that was sent.
    public void awaitAllTaken() {
        Await.until(LIMIT, () -> !hasUntaken(), () -> "not all received, heard " + heard());
    }

    /// Whether the worker has yet to receive something.
    public boolean hasUntaken() {
        return Poll.poll(workers.number(), Poll.POLLIN, 0) != 0;
    }

    /// Receives what the worker has not received, closes it, and returns the number of connections.
    public int takeBack() {
        int count = 0;
        int[] descriptor = new int[1];
        byte[] packet = new byte[128];
        while (Rights.recvmsg(workers.number(), packet, descriptor, Sockets.MSG_DONTWAIT) > 0) {
            if (descriptor[0] >= 0) {
                Descriptors.close(descriptor[0]);
                count++;
            }
        }
        return count;
    }

    private Optional<String> receive() {
        byte[] packet = new byte[64];
        int flags = Sockets.MSG_DONTWAIT;
        long count = Sockets.recv(own.number(), packet, flags);
        if (count < 0 && count != -Errno.EAGAIN.number() && count != -Errno.ECONNRESET.number()) {
            throw new AssertionError("recv: " + count);
        }
        return count > 0
                ? Optional.of(new String(packet, 0, (int) count, US_ASCII))
                : Optional.empty();
    }

    /// Ends without a message, like a killed dispatcher.
    public void vanish() {
        own.close();
        workers.close();
    }

    @Override
    public void close() {
        vanish();
        listener.close();
    }
}
