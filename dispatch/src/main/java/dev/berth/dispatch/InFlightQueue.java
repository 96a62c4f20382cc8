package dev.berth.dispatch;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.berth.sys.Descriptors;
import dev.berth.sys.Fd;
import dev.berth.sys.Rights;
import dev.berth.sys.Sockets;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// The packets sent to a worker that it has not received yet: how many, and how long it has
/// received nothing.
///
/// The kernel reports the number of queued bytes; the length of each packet is recorded here.
///
/// **Ownership:** borrows the worker's end.
final class InFlightQueue {
    private static final int MOST_PACKET_BYTES = 128;
    private static final int FIONREAD = 0x541B;

    /// A worker is stalled if something is queued for it and it has received nothing for this long.
    private static final long STALLED_NANOS = 35_000_000;

    private final Fd end;
    private final Deque<Integer> packets = new ArrayDeque<>();
    private final AtomicInteger connections = new AtomicInteger();
    private boolean stalled;
    private volatile long progress;
    private volatile boolean owed;

    InFlightQueue(Fd end) {
        this.end = end;
    }

    /// Packets in the queue, as of the last count.
    int length() {
        return packets.size();
    }

    /// Connections among them. May be called by any thread.
    int connections() {
        return connections.get();
    }

    /// Whether the worker was stalled at the last check.
    boolean stalled() {
        return stalled;
    }

    /// How long the worker has received nothing; zero if its queue is empty. May be called by any
    /// thread.
    Duration idle() {
        return owed ? Duration.ofNanos(Reactor.now() - progress) : Duration.ZERO;
    }

    /// Records a packet that was sent.
    void packetSent(int bytes) {
        if (!owed) {
            progress = Reactor.now();
            owed = true;
        }
        packets.add(bytes);
    }

    /// Records a packet that carried a connection.
    void connectionSent(int bytes) {
        packetSent(bytes);
        connections.set(packets.size());
    }

    /// Drops the packets that the worker has received since the last count.
    void recount() {
        long queued = packets.stream().mapToLong(Integer::longValue).sum();
        long left = end.isOpen() ? waitingBytes() : 0;
        int before = packets.size();
        while (queued > left && !packets.isEmpty()) {
            queued -= packets.remove();
        }
        if (packets.size() < before) {
            progress = Reactor.now();
        }
        owed = !packets.isEmpty();
        connections.set(
                (int)
                        packets.stream()
                                .filter(bytes -> bytes != WorkerEndpoint.DRAIN.length)
                                .count());
    }

    /// Recounts and updates [#stalled]; false if the queue is empty.
    boolean check() {
        recount();
        stalled = owed && Reactor.now() - progress >= STALLED_NANOS;
        return owed;
    }

    private int waitingBytes() {
        byte[] bytes = new byte[Integer.BYTES];
        Descriptors.ioctl(end.number(), FIONREAD, bytes);
        return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getInt();
    }

    /// Takes the queued connections back, in order. Does not affect how long the worker has
    /// received nothing.
    ///
    /// @param held the dispatcher's count of connections that it holds
    Deque<AcceptedConnection> takeBack(AtomicInteger held) {
        Deque<AcceptedConnection> untaken = new ArrayDeque<>();
        byte[] packet = new byte[MOST_PACKET_BYTES];
        int[] descriptor = new int[1];
        long count;
        while ((count = Rights.recvmsg(end.number(), packet, descriptor, Sockets.MSG_DONTWAIT))
                > 0) {
            if (descriptor[0] >= 0) {
                AcceptedConnection connection = new AcceptedConnection(new Fd(descriptor[0]), held);
                String text = new String(packet, 0, (int) count, US_ASCII);
                Optional<AddressPair> ends =
                        AddressPair.parse(text.substring(WorkerEndpoint.CONN.length).strip());
                ends.ifPresent(_ -> connection.proxied(ends));
                untaken.add(connection);
            }
        }
        packets.clear();
        connections.set(0);
        return untaken;
    }

    /// Empties the record.
    void clear() {
        packets.clear();
        connections.set(0);
        owed = false;
        stalled = false;
    }
}
