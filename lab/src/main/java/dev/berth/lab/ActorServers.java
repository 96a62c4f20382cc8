package dev.berth.lab;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.berth.net.Addresses;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Poll;
import dev.berth.sys.SocketOption;
import dev.berth.sys.Sockets;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Serves sockets from its own threads. Each connection receives the socket's full name and is
/// reset, so that nothing is left in TIME_WAIT; a datagram contains the address to which the name
/// is to be sent.
final class ActorServers {
    private static final int STOP_MILLIS = 20;

    private final String actor;
    private final ActorSockets sockets;
    private final Map<String, Thread> threads = new HashMap<>();

    ActorServers(String actor, ActorSockets sockets) {
        this.actor = actor;
        this.sockets = sockets;
    }

    StepResult serve(List<String> ids) throws ErrnoException {
        for (String id : ids) {
            int fd = sockets.number(id);
            boolean stream = SocketOption.TYPE.read(fd) == Sockets.SOCK_STREAM;
            byte[] name = (actor + "." + id).getBytes(UTF_8);
            stop(id);
            Runnable task = stream ? () -> accept(fd, name) : () -> reply(fd, name);
            threads.put(id, Thread.ofPlatform().daemon().name("serve-" + id).start(task));
        }
        return StepResult.ok();
    }

    /// Stops serving a socket; harmless if it is not served.
    void stop(String id) {
        Thread thread = threads.remove(id);
        if (thread == null) {
            return;
        }
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void accept(int listener, byte[] name) {
        while (!Thread.currentThread().isInterrupted()) {
            long result = SocketIo.accept(listener, STOP_MILLIS);
            if (result >= 0) {
                try (Fd connection = new Fd((int) result)) {
                    Sockets.send(connection.number(), name, Sockets.MSG_NOSIGNAL);
                    SocketIo.resetOnClose(connection.number());
                }
            }
        }
    }

    private static void reply(int socket, byte[] name) {
        byte[] buffer = new byte[128];
        while (!Thread.currentThread().isInterrupted()) {
            if (Poll.poll(socket, Poll.POLLIN, STOP_MILLIS) > 0) {
                long length = Sockets.recv(socket, buffer, Sockets.MSG_DONTWAIT);
                if (length > 0) {
                    String address = new String(buffer, 0, (int) length, UTF_8);
                    Sockets.sendto(socket, name, Sockets.MSG_DONTWAIT, Addresses.parse(address));
                }
            }
        }
    }
}
