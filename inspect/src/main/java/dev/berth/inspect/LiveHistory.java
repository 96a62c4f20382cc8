package dev.berth.inspect;

import dev.berth.net.Protocol;
import dev.berth.sys.Descriptors;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Processes;
import dev.berth.sys.SocketOption;
import dev.berth.sys.Sockets;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One history run on the kernel, at one port of the calling thread's namespace.
///
/// **Ownership:** [#close()] closes what the history left open, connections with a reset.
final class LiveHistory implements AutoCloseable {
    private static final int BACKLOG = 16;
    private static final int LOOPBACK_INDEX = 1;

    /// `return 0`: the first socket of the group.
    private static final long[] PROGRAM = {0x06};

    private static final int PEER_PORT = 9;

    private final Protocol protocol;
    private final int port;
    private final Map<String, Fd> sockets = new LinkedHashMap<>();
    private final List<String> listeners = new ArrayList<>();
    private final LiveConnections connections;

    LiveHistory(Protocol protocol, int port, ConnectionProbe probe) {
        this.protocol = protocol;
        this.port = port;
        this.connections = new LiveConnections(probe, sockets);
    }

    @Override
    public void close() {
        for (Fd socket : sockets.values()) {
            LiveConnections.reset(socket);
        }
        sockets.clear();
    }

    /// Runs the step and returns its answer: `OK`, or the name of an errno.
    ///
    /// @throws IOException if the kernel does not behave as every kernel does
    String next(HistoryStep step) throws IOException {
        return switch (step) {
            case HistoryStep.Open open -> open(open);
            case HistoryStep.Attach attach ->
                    with(attach.id(), fd -> Sockets.attachClassic(fd, PROGRAM));
            case HistoryStep.Bind bind -> bind(bind);
            case HistoryStep.Listen listen -> listen(listen.id());
            case HistoryStep.Change change -> change(change);
            case HistoryStep.Shutdown shutdown -> shutdown(shutdown.id());
            case HistoryStep.Close close -> close(close.id());
            case HistoryStep.Connect connect -> connect(connect);
            case HistoryStep.Peer peer ->
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

    private String open(HistoryStep.Open open) throws ErrnoException {
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

    /// Makes the socket look as if a process with that uid had created or accepted it.
    private static void own(int fd, int uid) throws ErrnoException {
        if (uid != Processes.geteuid()) {
            ErrnoException.check("fchown", "uid " + uid, Descriptors.fchown(fd, uid, -1));
        }
    }

    private void keep(String id, Fd socket) {
        Fd before = sockets.put(id, socket);
        if (before != null) {
            LiveConnections.reset(before);
        }
    }

    private String bind(HistoryStep.Bind bind) throws IOException {
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

    private String change(HistoryStep.Change change) throws ErrnoException {
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
        if (protocol == Protocol.TCP) {
            connections.close(id, socket);
        } else {
            socket.close();
        }
        return HistoryModel.OK;
    }

    private String connect(HistoryStep.Connect connect) throws IOException {
        if (!listeners.contains(connect.to())) {
            return Errno.ECONNREFUSED.name();
        }
        LiveConnections.ConnectionPair ends;
        try {
            ends = connections.connect(connect, connect.via().withPort(port), listeners);
        } catch (ErrnoException refused) {
            return refused.name().orElse(Errno.UNLISTED).name();
        }
        keep(connect.id(), ends.client());
        keep(connect.accept(), ends.accepted());
        own(ends.accepted().number(), connect.acceptUid());
        return HistoryModel.OK;
    }
}
