package dev.berth.lab;

import dev.berth.net.ListenAddress;
import dev.berth.net.Protocol;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Poll;
import dev.berth.sys.SockAddr;
import dev.berth.sys.Sockets;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/// Runs many clients at once.
final class ClientCrowds {
    /// Number of connections in progress at the same time.
    private static final int BATCH = 64;

    /// Counted from the last request, or the last answer to any of them.
    private static final long REPLY_NANOS = 2_000_000_000L;

    /// Long enough for a second copy over loopback, where a packet has arrived when sendto returns.
    private static final int COPY_MILLIS = 20;

    private final Map<String, List<Fd>> crowds = new HashMap<>();
    private final Map<String, Map<Integer, String>> spreads = new HashMap<>();

    /// Connects all clients and makes each send its text. Figures `connected`, `refused`.
    StepResult gather(Op.Crowd op) throws ErrnoException {
        List<Fd> crowd = new ArrayList<>();
        close(op.id());
        crowds.put(op.id(), crowd);
        int refused = 0;
        for (int i = 0; i < op.count(); i++) {
            Fd client = client(op.address(), op.from().withPort(port(op.from(), i)));
            if (SocketIo.connect(client.number(), op.address().address()) == 0) {
                crowd.add(client);
                if (!op.text().isEmpty()) {
                    SocketIo.send(client.number(), op.text());
                }
            } else {
                client.close();
                refused++;
            }
        }
        return StepResult.ok().with("connected", crowd.size()).with("refused", refused);
    }

    /// Figures `served`, `lost` (reset or closed unserved) and `silent`; counts by the socket that
    /// served.
    StepResult collect(Op.Collect op) throws ErrnoException {
        List<Fd> crowd = crowds.get(op.id());
        if (crowd == null) {
            throw StepExecutor.unknownSocket(op.id());
        }
        Map<String, Integer> counts = new TreeMap<>();
        long end = System.nanoTime() + op.withinMillis() * 1_000_000L;
        int lost = 0;
        int silent = 0;
        for (Fd client : crowd) {
            String reply = SocketIo.receive(client.number(), left(end));
            if (reply.equals("EAGAIN")) {
                silent++;
            } else if (isName(reply)) {
                counts.merge(reply, 1, Integer::sum);
            } else {
                lost++;
            }
        }
        close(op.id());
        int served = counts.values().stream().mapToInt(Integer::intValue).sum();
        return StepResult.ok()
                .with("served", served)
                .with("lost", lost)
                .with("silent", silent)
                .withCounts(counts);
    }

    /// The milliseconds left until `endNanos`.
    private static int left(long endNanos) {
        return (int) Math.max(0, (endNanos - System.nanoTime()) / 1_000_000);
    }

    private static boolean isName(String reply) {
        return reply.indexOf('.') > 0;
    }

    /// Closes a crowd with resets; false if there is none with this name.
    boolean close(String id) {
        List<Fd> crowd = crowds.remove(id);
        if (crowd == null) {
            return false;
        }
        for (Fd client : crowd) {
            SocketIo.resetOnClose(client.number());
            client.close();
        }
        return true;
    }

    /// Records who answers each of many clients. Figures `served`, `lost`, `copies` (the most
    /// answers that one client got), those of [Distribution], and `moved` compared with an earlier
    /// spread.
    StepResult spread(Op.Spread op) throws ErrnoException {
        Map<Integer, String> reached = new TreeMap<>();
        Map<String, Integer> counts = new TreeMap<>();
        int lost = 0;
        int copies = 0;
        for (int first = 0; first < op.count(); first += BATCH) {
            List<Fd> clients = new ArrayList<>();
            int last = Math.min(op.count(), first + BATCH);
            for (int i = first; i < last; i++) {
                clients.add(ask(op, port(op.from(), i)));
            }
            long end = System.nanoTime() + REPLY_NANOS;
            for (int i = first; i < last; i++) {
                List<String> names = replies(op, clients.get(i - first), end);
                if (!names.isEmpty()) {
                    end = System.nanoTime() + REPLY_NANOS;
                }
                names.forEach(name -> counts.merge(name, 1, Integer::sum));
                copies = Math.max(copies, names.size());
                lost += names.isEmpty() ? 1 : 0;
                reached.put(i, String.join("+", names));
            }
        }
        spreads.put(op.id(), reached);
        StepResult answer =
                Distribution.of(counts, op.over())
                        .addTo(StepResult.ok())
                        .with("served", op.count() - lost)
                        .with("lost", lost)
                        .with("copies", copies)
                        .withCounts(counts);
        return op.against().isPresent()
                ? answer.with("moved", moved(op.against().get(), reached))
                : answer;
    }

    private double moved(String earlier, Map<Integer, String> reached) throws ErrnoException {
        Map<Integer, String> before = spreads.get(earlier);
        if (before == null) {
            throw StepExecutor.unknownSocket(earlier);
        }
        return reached.entrySet().stream()
                .filter(entry -> before.containsKey(entry.getKey()))
                .filter(entry -> !Objects.equals(before.get(entry.getKey()), entry.getValue()))
                .count();
    }

    private static Fd ask(Op.Spread op, int port) throws ErrnoException {
        SockAddr.Inet from = op.from().withPort(port);
        Fd client = client(op.address(), from);
        if (op.address().protocol() == Protocol.UDP) {
            byte[] whence = from.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
            Sockets.sendto(client.number(), whence, 0, op.address().address());
        } else {
            SocketIo.connect(client.number(), op.address().address());
        }
        return client;
    }

    /// All answers to a datagram; the one answer to a connection.
    private static List<String> replies(Op.Spread op, Fd client, long end) {
        boolean udp = op.address().protocol() == Protocol.UDP;
        List<String> names = new ArrayList<>();
        try (client) {
            String reply = SocketIo.receive(client.number(), left(end));
            while (isName(reply)) {
                names.add(reply);
                boolean more = udp && Poll.poll(client.number(), Poll.POLLIN, COPY_MILLIS) > 0;
                reply = more ? SocketIo.receive(client.number(), 0) : "";
            }
            SocketIo.resetOnClose(client.number());
        }
        names.sort(null);
        return names;
    }

    private static Fd client(ListenAddress to, SockAddr.Inet from) throws ErrnoException {
        int type = to.protocol().socketType() | Sockets.SOCK_CLOEXEC | Sockets.SOCK_NONBLOCK;
        int number = Sockets.socket(to.address().family(), type, to.protocol().number());
        Fd client = Fd.of("socket", to, number);
        try {
            if (to.protocol() == Protocol.UDP) {
                dev.berth.sys.SocketOption.BROADCAST.write(number, 1);
            }
            ErrnoException.check("bind", from, Sockets.bind(number, from));
            return client;
        } catch (ErrnoException failed) {
            client.close();
            throw failed;
        }
    }

    /// Ports upwards, skipping the port of the scenario.
    private static int port(SockAddr.Inet from, int i) {
        return from.port() + i;
    }
}
