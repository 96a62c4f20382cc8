package dev.berth.cli;

import dev.berth.inspect.PortReport;
import dev.berth.inspect.PortSocket;
import dev.berth.net.Protocol;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The sockets of a report on one port of one protocol in one network namespace, in its order.
record WhoBlock(Key key, List<PortSocket> sockets) {
    record Key(Protocol protocol, int port, long netns) {
        static Key of(PortSocket socket) {
            return new Key(socket.protocol(), socket.local().port(), socket.netns());
        }

        /// Other keys have another; a record's own means of comparing are slow to begin.
        String text() {
            return protocol.text() + " " + port + " " + netns;
        }
    }

    WhoBlock {
        sockets = List.copyOf(sockets);
    }

    static List<WhoBlock> of(PortReport report) {
        Map<String, List<PortSocket>> blocks = new LinkedHashMap<>();
        for (PortSocket socket : report.sockets()) {
            blocks.computeIfAbsent(Key.of(socket).text(), _ -> new ArrayList<>(1)).add(socket);
        }
        List<WhoBlock> all = new ArrayList<>(blocks.size());
        blocks.values()
                .forEach(sockets -> all.add(new WhoBlock(Key.of(sockets.getFirst()), sockets)));
        return all;
    }

    List<PortSocket> listeners() {
        return sockets.stream().filter(PortSocket::listening).toList();
    }

    List<PortSocket> silent() {
        return sockets.stream().filter(PortSocket::silent).toList();
    }

    /// Ends of connections that somebody holds or will accept.
    List<PortSocket> connections() {
        return sockets.stream()
                .filter(socket -> socket.connection() && socket.timeWaitMillis().isEmpty())
                .toList();
    }

    /// What is left of connections, in the kernel alone.
    List<PortSocket> leftOvers() {
        return sockets.stream().filter(s -> s.timeWaitMillis().isPresent()).toList();
    }
}
