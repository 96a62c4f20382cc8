package dev.berth.supervise.watch;

import dev.berth.net.AckMode;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpInfo;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/// What each accepted connection of a draining worker is doing, as far as counters and clocks of
/// the kernel show; remembered between checks by socket cookie.
///
/// | | known by |
/// | --- | --- |
/// | a request in progress | unread bytes; or the client spoke last: see [LastSender] |
/// | a response in progress | bytes in the send queue |
/// | recently active | the server spoke last, less than `idle` ago. A pause in a response (a stream, a long download) and a kept connection look alike: the user's time decides |
/// | idle | the same, longer ago |
///
/// Unsolicited bytes from the server also count as its word: TLS 1.3 session tickets, HTTP/2
/// frames, `100 Continue`. Then a request in progress looks like a pause, and `idle` decides.
final class ConnectionTracker {
    private final long idleMillis;
    private final Set<Long> mine = new HashSet<>();
    private Map<Long, LastSender.ConnectionSample> seen = new HashMap<>();

    ConnectionTracker(Duration idle) {
        idleMillis = idle.toMillis();
    }

    /// What a connection is doing.
    enum ConnectionState {
        REQUEST,
        ANSWER,
        UNSURE,
        ACTIVE,
        IDLE
    }

    private record Judged(SocketRow row, ConnectionState state) {}

    /// Whether the last check found no connection at all, so that none can bring a request.
    boolean idle() {
        return seen.isEmpty();
    }

    /// Counts the connections in each state. If `all` is false and one of the connections known to
    /// be the worker's is busy, only those are counted: finding the owner of the others is
    /// expensive.
    ///
    /// @param rows the connections that are the worker's or might be, with `tcp_info`
    /// @param own returns which of these inodes are the worker's; called at most once, and not if
    ///   all connections are idle
    /// @param all whether to count all of them
    RemainingWork sample(
            Collection<SocketRow> rows, Function<Set<Long>, Set<Long>> own, boolean all)
            throws IOException {
        Map<Long, LastSender.ConnectionSample> now = new HashMap<>();
        List<Judged> busy = new ArrayList<>();
        for (SocketRow row : rows) {
            ConnectionState state = judge(row, now);
            if (state != ConnectionState.IDLE) {
                busy.add(new Judged(row, state));
            }
        }
        seen = now;
        List<Judged> known = busy.stream().filter(one -> mine.contains(one.row.cookie())).toList();
        RemainingWork remaining = all ? RemainingWork.NONE : count(lookedUp(known));
        return busy.isEmpty() || !remaining.nothing() ? remaining : exactly(busy, own);
    }

    private RemainingWork exactly(List<Judged> busy, Function<Set<Long>, Set<Long>> own)
            throws IOException {
        Set<Long> theirs = own.apply(inodes(busy));
        busy.removeIf(judged -> !theirs.contains(judged.row.inode()));
        busy.forEach(one -> mine.add(one.row.cookie()));
        return count(lookedUp(busy));
    }

    private ConnectionState judge(SocketRow row, Map<Long, LastSender.ConnectionSample> now) {
        if (row.info().isEmpty()) {
            return ConnectionState.UNSURE;
        }
        TcpInfo info = row.info().get();
        LastSender.ConnectionSample word =
                LastSender.sample(row, info, Optional.ofNullable(seen.get(row.cookie())));
        now.put(row.cookie(), word);
        return state(row, info, word.lastSender());
    }

    private ConnectionState state(SocketRow row, TcpInfo info, LastSender lastSender) {
        if (row.receiveQueue() != 0) {
            return ConnectionState.REQUEST;
        }
        if (row.sendQueue() != 0) {
            return ConnectionState.ANSWER;
        }
        int age = Math.min(info.lastDataRecvMillis(), info.lastDataSentMillis());
        return switch (lastSender) {
            case CLIENT -> ConnectionState.REQUEST;
            case SERVER -> age < idleMillis ? ConnectionState.ACTIVE : ConnectionState.IDLE;
            case OPEN, UNKNOWN -> ConnectionState.UNSURE;
        };
    }

    private static Set<Long> inodes(List<Judged> judged) {
        return judged.stream().map(one -> one.row.inode()).collect(Collectors.toSet());
    }

    /// Resolves unsure connections by how the kernel acknowledged, where that decides.
    private List<Judged> lookedUp(List<Judged> busy) throws IOException {
        Set<Long> open = new HashSet<>();
        for (Judged one : busy) {
            if (asks(one)) {
                open.add(one.row.inode());
            }
        }
        if (open.isEmpty()) {
            return busy;
        }
        Map<Long, Boolean> modes = AckMode.interactive(open);
        List<Judged> resolved = new ArrayList<>();
        for (Judged one : busy) {
            resolved.add(open.contains(one.row.inode()) ? resolved(one, modes) : one);
        }
        return resolved;
    }

    private boolean asks(Judged one) {
        LastSender.ConnectionSample word = seen.get(one.row.cookie());
        return one.state == ConnectionState.UNSURE
                && word != null
                && one.row.info().filter(info -> LastSender.asksForMode(word, info)).isPresent();
    }

    private Judged resolved(Judged one, Map<Long, Boolean> modes) {
        TcpInfo info = one.row.info().orElseThrow();
        LastSender lastSender =
                LastSender.by(Optional.ofNullable(modes.get(one.row.inode())), info);
        seen.computeIfPresent(one.row.cookie(), (_, open) -> open.with(lastSender));
        return new Judged(one.row, state(one.row, info, lastSender));
    }

    private static RemainingWork count(List<Judged> busy) {
        int[] counts = new int[ConnectionState.values().length];
        busy.forEach(one -> counts[one.state.ordinal()]++);
        return new RemainingWork(
                0,
                0,
                counts[ConnectionState.REQUEST.ordinal()],
                counts[ConnectionState.ANSWER.ordinal()],
                counts[ConnectionState.UNSURE.ordinal()],
                counts[ConnectionState.ACTIVE.ordinal()]);
    }
}
