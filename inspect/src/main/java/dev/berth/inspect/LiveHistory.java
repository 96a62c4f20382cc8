package dev.berth.inspect;

import dev.berth.net.Protocol;
import dev.berth.net.TcpInfo;
import dev.berth.net.TcpState;
import dev.berth.sys.Descriptors;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Poll;
import dev.berth.sys.Processes;
import dev.berth.sys.SockAddr;
import dev.berth.sys.SocketOption;
import dev.berth.sys.Sockets;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One history as it happens on the kernel, at one port of the calling thread's namespace.
///
/// **ownership**: [#close()] closes what the history left open, connections with a reset.
final class LiveHistory implements AutoCloseable {
    private static final int BACKLOG = 16;
    private static final int LOOPBACK_INDEX = 1;
    private static final int ACCEPT_MILLIS = 1000;

    /// Clients that are tried until one reaches the wanted listener of a group.
    private static final int CLIENTS = 64;

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /// `return 0`: the first socket of the group.
    private static final long[] PROGRAM = {0x06};

    /// `struct linger` on, 0 s: close resets. (Little-endian, as both architectures are.)
    private static final byte[] LINGER_RESET = {1, 0, 0, 0, 0, 0, 0, 0};

    private static final int PEER_PORT = 9;

    private final Protocol protocol;
    private final int port;
    private final ConnectionProbe probe;
    private final Map<String, Fd> sockets = new LinkedHashMap<>();

    /// The names of both ends of a connection, while both are open.
    private final Map<String, String> peers = new HashMap<>();

    private final List<String> listeners = new ArrayList<>();

    LiveHistory(Protocol protocol, int port, ConnectionProbe probe) {
        this.protocol = protocol;
        this.port = port;
        this.probe = probe;
    }

    @Override
    public void close() {
        for (Fd socket : sockets.values()) {
            reset(socket);
        }
        sockets.clear();
    }

    /// What the step answered: `OK`, or the name of an errno.
    ///
    /// @throws IOException if the kernel does not do what every kernel does
    String next(Step step) throws IOException {
        return switch (step) {
            case Step.Open open -> open(open);
            case Step.Attach attach -> with(attach.id(), fd -> Sockets.attachClassic(fd, PROGRAM));
            case Step.Bind bind -> bind(bind);
            case Step.Listen listen -> listen(listen.id());
            case Step.Change change -> change(change);
            case Step.Shutdown shutdown -> shutdown(shutdown.id());
            case Step.Close close -> close(close.id());
            case Step.Connect connect -> connect(connect);
            case Step.Peer peer ->
                    with(peer.id(), fd -> Sockets.connect(fd, peer.peer().withPort(PEER_PORT)));
        };
    }

    /// A call on a descriptor.
    private interface Call {
        long on(int fd);
    }

    private String with(String id, Call call) {
        Fd socket = sockets.get(id);
        return socket == null ? Errno.EBADF.name() : answer(call.on(socket.number()));
    }

    private static String answer(long result) {
        return result < 0 ? Errno.of((int) -result).name() : HistoryModel.OK;
    }

    private String open(Step.Open open) throws ErrnoException {
        Fd socket = Fd.of("socket", open.id(), socket(open.family()));
        int fd = socket.number();
        try {
            if (open.reuseaddr()) {
                SocketOption.REUSEADDR.write(fd, 1);
            }
            if (open.reuseport()) {
                SocketOption.REUSEPORT.write(fd, 1);
            }
            if (open.family() == Sockets.AF_INET6) {
                SocketOption.V6ONLY.write(fd, open.v6only() ? 1 : 0);
            }
            if (open.loopback()) {
                SocketOption.BINDTOIFINDEX.write(fd, LOOPBACK_INDEX);
            }
            own(fd, open.uid());
        } catch (ErrnoException failed) {
            socket.close();
            throw failed;
        }
        keep(open.id(), socket);
        return HistoryModel.OK;
    }

    private int socket(int family) {
        int type = protocol.socketType() | Sockets.SOCK_CLOEXEC;
        return Sockets.socket(family, type, protocol.number());
    }

    /// As if a process of that uid had made, or accepted, the socket.
    private static void own(int fd, int uid) throws ErrnoException {
        if (uid != Processes.geteuid()) {
            ErrnoException.check("fchown", "uid " + uid, Descriptors.fchown(fd, uid, -1));
        }
    }

    private void keep(String id, Fd socket) {
        Fd before = sockets.put(id, socket);
        if (before != null) {
            reset(before);
        }
    }

    private String bind(Step.Bind bind) throws IOException {
        String answer = with(bind.id(), fd -> Sockets.bind(fd, bind.address().withPort(port)));
        if (!answer.equals(HistoryModel.OK)) {
            close(bind.id());
        }
        return answer;
    }

    private String listen(String id) {
        String answer = with(id, fd -> Sockets.listen(fd, BACKLOG));
        if (answer.equals(HistoryModel.OK) && !listeners.contains(id)) {
            listeners.add(id);
        }
        return answer;
    }

    private String shutdown(String id) {
        listeners.remove(id);
        return with(id, fd -> Sockets.shutdown(fd, Sockets.SHUT_RD));
    }

    private String change(Step.Change change) throws ErrnoException {
        Fd socket = sockets.get(change.id());
        if (socket == null) {
            return Errno.EBADF.name();
        }
        int fd = socket.number();
        if (change.reuseaddr().isPresent()) {
            SocketOption.REUSEADDR.write(fd, change.reuseaddr().get() ? 1 : 0);
        }
        if (change.reuseport().isPresent()) {
            SocketOption.REUSEPORT.write(fd, change.reuseport().get() ? 1 : 0);
        }
        if (change.uid().isPresent()) {
            int uid = change.uid().get();
            ErrnoException.check("fchown", "uid " + uid, Descriptors.fchown(fd, uid, -1));
        }
        return HistoryModel.OK;
    }

    private String close(String id) throws IOException {
        listeners.remove(id);
        Fd socket = sockets.remove(id);
        if (socket == null) {
            return Errno.EBADF.name();
        }
        String peer = peers.remove(id);
        if (peer != null) {
            peers.remove(peer);
            closeFirst(socket, peer);
        } else {
            closeAndSettle(socket);
        }
        return HistoryModel.OK;
    }

    /// Until the other end has heard of it: what it does next depends on that.
    private void closeFirst(Fd socket, String peer) throws IOException {
        closeAndSettle(socket);
        Fd other = sockets.get(peer);
        if (other != null) {
            await(() -> TcpInfo.of(other.number()).state() == TcpState.CLOSE_WAIT.number(), peer);
        }
    }

    /// Until the kernel has made of a connection what it keeps of it.
    private void closeAndSettle(Fd socket) throws IOException {
        boolean connected =
                protocol == Protocol.TCP && Sockets.getpeername(socket.number()).isPresent();
        if (!connected) {
            socket.close();
            return;
        }
        SockAddr.Inet local = (SockAddr.Inet) Sockets.getsockname(socket.number());
        SockAddr.Inet remote = (SockAddr.Inet) Sockets.getpeername(socket.number()).orElseThrow();
        socket.close();
        await(() -> probe.settled(local, remote), local);
    }

    /// What is to become true.
    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(Condition condition, Object what) throws IOException {
        long start = System.nanoTime();
        while (!condition.holds()) {
            if (System.nanoTime() - start > PATIENCE.toNanos()) {
                throw new IOException("the connection does not settle: " + what);
            }
            Thread.onSpinWait();
        }
    }

    private String connect(Step.Connect connect) throws IOException {
        if (!listeners.contains(connect.to())) {
            return Errno.ECONNREFUSED.name();
        }
        for (int attempt = 0; attempt < CLIENTS; attempt++) {
            Fd client = Fd.of("socket", connect.id(), socket(connect.via().family()));
            long result = Sockets.connect(client.number(), connect.via().withPort(port));
            if (result < 0) {
                client.close();
                return answer(result);
            }
            String reached = reached();
            Fd accepted = accept(reached);
            if (reached.equals(connect.to())) {
                return keep(connect, client, accepted);
            }
            reset(accepted);
            client.close();
        }
        return Errno.EHOSTUNREACH.name();
    }

    private String keep(Step.Connect connect, Fd client, Fd accepted) throws ErrnoException {
        keep(connect.id(), client);
        keep(connect.accept(), accepted);
        peers.put(connect.id(), connect.accept());
        peers.put(connect.accept(), connect.id());
        own(accepted.number(), connect.acceptUid());
        return HistoryModel.OK;
    }

    private Fd accept(String listener) throws ErrnoException {
        Fd socket = sockets.get(listener);
        if (socket == null) {
            throw new IllegalStateException("not open: " + listener);
        }
        long number = Sockets.accept4(socket.number(), Sockets.SOCK_CLOEXEC);
        return Fd.of("accept", listener, number);
    }

    /// The listener at which a connection waits.
    private String reached() throws IOException {
        int[] fds = listeners.stream().mapToInt(id -> number(id)).toArray();
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
        throw new IOException("a connection reached no listener of " + listeners);
    }

    private int number(String id) {
        Fd socket = sockets.get(id);
        return socket == null ? -1 : socket.number();
    }

    private static void reset(Fd socket) {
        Sockets.setsockopt(socket.number(), Sockets.SOL_SOCKET, Sockets.SO_LINGER, LINGER_RESET);
        socket.close();
    }
}
