package dev.berth.inspect;

import dev.berth.net.TcpInfo;
import dev.berth.net.TcpState;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Poll;
import dev.berth.sys.SockAddr;
import dev.berth.sys.Sockets;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/// The TCP connections of a live history: which client reaches which listener, and what the kernel
/// keeps of a closed connection.
///
/// **Ownership:** the descriptors are those of the history.
final class LiveConnections {
    private static final int ACCEPT_MILLIS = 1000;

    /// Number of clients that are tried until one reaches the wanted listener of a group.
    private static final int CLIENTS = 64;

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /// After this time a socket stays as it is.
    private static final Duration FOR_GOOD = Duration.ofMillis(50);

    /// `struct linger` on, 0 s: close resets. (Little-endian, as both architectures are.)
    private static final byte[] LINGER_RESET = {1, 0, 0, 0, 0, 0, 0, 0};

    private final ConnectionProbe probe;
    private final Map<String, Fd> sockets;

    /// The names of both ends of a connection, while both are open.
    private final Map<String, String> peers = new HashMap<>();

    /// @param sockets the open sockets of the history by name
    LiveConnections(ConnectionProbe probe, Map<String, Fd> sockets) {
        this.probe = probe;
        this.sockets = sockets;
    }

    /// The two ends of a new connection.
    record ConnectionPair(Fd client, Fd accepted) {
        void reset() {
            LiveConnections.reset(accepted);
            client.close();
        }
    }

    /// Connects `wanted` to `address`, so that one of `listeners` gets the connection; tries again
    /// if another gets it.
    ///
    /// @throws ErrnoException the error of connect(2); `EHOSTUNREACH` if all clients reach another
    ///   listener
    ConnectionPair connect(
            HistoryStep.Connect wanted, SockAddr.Inet address, List<String> listeners)
            throws IOException {
        for (int attempt = 0; attempt < CLIENTS; attempt++) {
            Fd client = client(address);
            String reached = reached(listeners);
            ConnectionPair ends = new ConnectionPair(client, accept(reached));
            if (reached.equals(wanted.to())) {
                peers.put(wanted.id(), wanted.accept());
                peers.put(wanted.accept(), wanted.id());
                return ends;
            }
            ends.reset();
        }
        throw new ErrnoException("connect", address.toString(), Errno.EHOSTUNREACH.number());
    }

    private static Fd client(SockAddr.Inet address) throws ErrnoException {
        int type = Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC;
        int number = Sockets.socket(address.family(), type, Sockets.IPPROTO_TCP);
        Fd client = Fd.of("socket", address, number);
        int result = Sockets.connect(client.number(), address);
        if (result < 0) {
            client.close();
        }
        ErrnoException.check("connect", address, result);
        return client;
    }

    private Fd accept(String listener) throws ErrnoException {
        long number = Sockets.accept4(number(listener), Sockets.SOCK_CLOEXEC);
        return Fd.of("accept", listener, number);
    }

    /// The listener with a waiting connection.
    private String reached(List<String> listeners) throws IOException {
        int[] fds = listeners.stream().mapToInt(this::number).toArray();
        short[] events = new short[fds.length];
        Arrays.fill(events, Poll.POLLIN);
        short[] ready = new short[fds.length];
        ErrnoException.check(
                "poll", listeners, Poll.poll(fds, events, ready, fds.length, ACCEPT_MILLIS));
        for (int i = 0; i < fds.length; i++) {
            if (ready[i] != 0) {
                return listeners.get(i);
            }
        }
        throw new IOException("a connection reached none of the listeners " + listeners);
    }

    private int number(String id) {
        Fd socket = sockets.get(id);
        return socket == null ? -1 : socket.number();
    }

    /// Closes one end, and waits until both ends have reached their final state.
    void close(String id, Fd socket) throws IOException {
        String peer = peers.remove(id);
        if (peer != null) {
            peers.remove(peer);
        }
        closeAndSettle(socket);
        Fd other = peer == null ? null : sockets.get(peer);
        if (peer != null && other != null) {
            await(() -> TcpInfo.of(other.number()).state() == TcpState.CLOSE_WAIT.number(), peer);
        }
    }

    /// Closes the socket and waits until the kernel has reduced the connection to what it keeps of
    /// it.
    private void closeAndSettle(Fd socket) throws IOException {
        boolean connected = Sockets.getpeername(socket.number()).isPresent();
        if (!connected) {
            socket.close();
            return;
        }
        SockAddr.Inet local = (SockAddr.Inet) Sockets.getsockname(socket.number());
        SockAddr.Inet remote = (SockAddr.Inet) Sockets.getpeername(socket.number()).orElseThrow();
        socket.close();
        String what = local + " to " + remote;
        AtomicLong whole = new AtomicLong();
        await(() -> settled(probe.fate(local, remote), whole, what), what);
    }

    /// @param whole since when it has been a full socket, 0 if it is not
    private static boolean settled(ConnectionProbe.Fate fate, AtomicLong whole, String what)
            throws TimeWaitMissedException {
        if (fate != ConnectionProbe.Fate.WHOLE) {
            return fate == ConnectionProbe.Fate.SETTLED;
        }
        long now = System.nanoTime();
        whole.compareAndSet(0, now);
        if (now - whole.get() > FOR_GOOD.toNanos()) {
            throw new TimeWaitMissedException(what);
        }
        return false;
    }

    /// A condition to wait for.
    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(Condition condition, Object what) throws IOException {
        long start = System.nanoTime();
        while (!condition.holds()) {
            if (System.nanoTime() - start > PATIENCE.toNanos()) {
                throw new IOException("the connection does not reach its final state: " + what);
            }
            Thread.onSpinWait();
        }
    }

    /// Closes a socket so that nothing remains of it.
    static void reset(Fd socket) {
        Sockets.setsockopt(socket.number(), Sockets.SOL_SOCKET, Sockets.SO_LINGER, LINGER_RESET);
        socket.close();
    }
}
