package dev.berth.lab;

import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;

import java.util.HashMap;
import java.util.Map;

/// The sockets of one actor, by the names that it gave them. Safe for use by its threads.
///
/// **Ownership:** owns the sockets that are put in.
final class ActorSockets {
    private final Map<String, Fd> sockets = new HashMap<>();

    synchronized boolean has(String id) {
        return sockets.containsKey(id);
    }

    /// Keeps the socket; a previous socket with this name is closed.
    synchronized void put(String id, Fd socket) {
        Fd before = sockets.put(id, socket);
        if (before != null) {
            before.close();
        }
    }

    /// The number of its descriptor; an [ErrnoException] of EBADF if there is none.
    synchronized int number(String id) throws ErrnoException {
        Fd socket = sockets.get(id);
        if (socket == null) {
            throw StepExecutor.unknownSocket(id);
        }
        return socket.number();
    }

    synchronized void close(String id) throws ErrnoException {
        Fd socket = sockets.remove(id);
        if (socket == null) {
            throw StepExecutor.unknownSocket(id);
        }
        socket.close();
    }
}
