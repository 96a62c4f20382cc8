package dev.berth.cli.ports;

import dev.berth.inspect.PortReport;
import dev.berth.inspect.PortSocket;
import dev.berth.net.Protocol;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The sockets of a report with the same port, protocol and network namespace, in the order of the
/// report.
record WhoPortBlock(Key key, List<PortSocket> sockets) {
    record Key(Protocol protocol, int port, long netns) {
        static Key of(PortSocket socket) {
            return new Key(socket.protocol(), socket.local().port(), socket.netns());
        }

        /// A unique number for each key. Comparing records with their own `equals` is slow at
        /// first.
        long number() {
            return netns << 17 | protocol.ordinal() << 16 | port;
        }
    }

    WhoPortBlock {
        sockets = List.copyOf(sockets);
    }

    /// Blocks with listeners first, then those with sockets that are only bound, then those with
    /// only connections. Each block is made on demand: there may be many, since every client has
    /// its own port.
    static List<WhoPortBlock> of(PortReport report) {
        Map<Long, Integer> ranks = new HashMap<>();
        for (PortSocket socket : report.sockets()) {
            if (!socket.connection()) {
                ranks.merge(Key.of(socket).number(), socket.listening() ? 0 : 1, Math::min);
            }
        }
        List<PortSocket> sorted = new ArrayList<>(report.sockets());
        sorted.sort((a, b) -> order(Key.of(a), Key.of(b), ranks));
        return new Runs(sorted);
    }

    private static int order(Key a, Key b, Map<Long, Integer> ranks) {
        int rank = ranks.getOrDefault(a.number(), 2) - ranks.getOrDefault(b.number(), 2);
        if (rank != 0) {
            return rank;
        }
        int protocol = a.protocol().compareTo(b.protocol());
        int port = protocol != 0 ? protocol : Integer.compare(a.port(), b.port());
        return port != 0 ? port : Long.compare(a.netns(), b.netns());
    }

    List<PortSocket> listeners() {
        return sockets.stream().filter(PortSocket::listening).toList();
    }

    List<PortSocket> silent() {
        return sockets.stream().filter(PortSocket::silent).toList();
    }

    /// The ends of connections that a process holds or will accept.
    List<PortSocket> connections() {
        return sockets.stream()
                .filter(socket -> socket.connection() && socket.timeWaitMillis().isEmpty())
                .toList();
    }

    /// Closed connections that remain in the kernel only.
    List<PortSocket> leftOvers() {
        return sockets.stream().filter(s -> s.timeWaitMillis().isPresent()).toList();
    }

    /// A block for each run of sockets with the same key.
    private static final class Runs extends AbstractList<WhoPortBlock> {
        private final List<PortSocket> sorted;

        /// The index where each run begins, and where the last one ends.
        private final int[] bounds;

        Runs(List<PortSocket> sorted) {
            this.sorted = sorted;
            int[] found = new int[sorted.size() + 1];
            int count = 0;
            for (int at = 0; at < sorted.size(); at++) {
                if (at == 0 || number(at) != number(at - 1)) {
                    found[count++] = at;
                }
            }
            found[count] = sorted.size();
            bounds = Arrays.copyOf(found, count + 1);
        }

        private long number(int at) {
            return Key.of(sorted.get(at)).number();
        }

        @Override
        public WhoPortBlock get(int index) {
            List<PortSocket> run = sorted.subList(bounds[index], bounds[index + 1]);
            return new WhoPortBlock(Key.of(run.getFirst()), run);
        }

        @Override
        public int size() {
            return bounds.length - 1;
        }
    }
}
