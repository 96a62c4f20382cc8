package dev.berth.supervise.watch;

import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.process.Clock;
import dev.berth.supervise.steering.HeldSocket;
import dev.berth.supervise.steering.ListenerLoad;
import dev.berth.supervise.steering.LoadedGroups;
import dev.berth.sys.ErrnoException;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Samples the listeners of the workers in service and updates each one's [ListenerLoad]: the
/// connections that were steered to it, those that wait, and those that are open.
///
/// Counting connections takes a dump of them, so it is done only for a small part of the time; in
/// between, the connections that were steered to a listener are added.
final class LoadSampler {
    /// Limits a count to a twentieth of the time; to much less while nothing happens.
    private static final long COUNT_SHARE = 20;

    private static final long IDLE_COUNT_SHARE = 200;
    private static final long IDLE_COUNT_MILLIS = 250;

    /// A count during which connections arrived is not exact, but after this many in a row it is
    /// better than none.
    private static final int MOST_DISCARDED = 20;

    private static final long NANOS = 1_000_000;

    private final LoadedGroups groups;
    private final LoadReadings readings;
    private final Clock clock;
    private List<LoadedGroups.Group> watched = List.of();
    private long version;
    private long counted;
    private long countNanos;
    private int discarded;

    /// The result of a sample.
    ///
    /// @param busy whether anything was going on, or may be soon
    /// @param counted whether connections were counted
    /// @param stopped whether a child is stopped by a signal
    /// @param waiting whether a connection waits, or a child is stopped: only another sample will
    ///   show when that is over
    /// @param open whether connections are open
    record LoadSample(
            boolean busy, boolean counted, boolean stopped, boolean waiting, boolean open) {}

    LoadSampler(LoadedGroups groups, LoadReadings readings, Clock clock) {
        this.groups = groups;
        this.readings = readings;
        this.clock = clock;
    }

    /// Whether the listeners or the workers in service have changed since the last sample.
    boolean outdated() {
        return version != groups.version();
    }

    LoadSample sample(long now) throws IOException {
        follow();
        boolean anyStopped = readings.anyStopped();
        boolean busy = false;
        boolean anyFull = !groups.full().isEmpty();
        boolean waiting = anyStopped;
        boolean open = false;
        for (LoadedGroups.Group each : watched) {
            long[] steered = each.steered();
            for (int i = 0; i < steered.length; i++) {
                HeldSocket socket = each.listeners().get(i);
                ListenerLoad load = socket.load();
                int queue = load.mayHaveConnections(steered[i], now) ? socket.queue().orElse(0) : 0;
                busy |= load.record(steered[i], queue, anyStopped && readings.stopped(socket), now);
                waiting |= queue > 0;
                open |= load.connections() > 0;
            }
        }
        boolean due = busy || open;
        return new LoadSample(busy, due && count(busy || anyFull), anyStopped, waiting, open);
    }

    private void follow() {
        if (outdated()) {
            version = groups.version();
            watched = groups.loaded();
        }
    }

    /// The listeners that were sampled.
    List<HeldSocket> listeners() {
        return watched.stream().flatMap(each -> each.listeners().stream()).toList();
    }

    /// Makes the tables follow what was found.
    void rebalance() throws ErrnoException {
        for (LoadedGroups.Group each : watched) {
            each.rebalance();
        }
    }

    /// When the next count is due if nothing happens, in milliseconds from now.
    long untilCountMillis() {
        long rest = idleNanos() - (clock.nanos() - counted);
        return Math.max(0, rest / NANOS) + 1;
    }

    private long idleNanos() {
        return Math.max(IDLE_COUNT_SHARE * countNanos, IDLE_COUNT_MILLIS * NANOS);
    }

    /// Counts, if it is time for it.
    ///
    /// @return whether it was time for it
    private boolean count(boolean busy) throws IOException {
        long since = clock.nanos() - counted;
        if (since <= (busy ? COUNT_SHARE * countNanos : idleNanos())) {
            return false;
        }
        long begun = clock.nanos();
        countAll(true);
        counted = clock.nanos();
        countNanos = counted - begun;
        return true;
    }

    /// Counts the connections of all groups.
    ///
    /// @param exactly whether to keep the previous values if connections arrived meanwhile
    private void countAll(boolean exactly) throws IOException {
        List<long[]> before = watched.stream().map(LoadedGroups.Group::steered).toList();
        List<Map<WorkerId, Integer>> counts = readings.connections(watched);
        for (int i = 0; i < before.size(); i++) {
            count(watched.get(i), before.get(i), counts.get(i), exactly);
        }
    }

    private void count(
            LoadedGroups.Group each,
            long[] before,
            Map<WorkerId, Integer> connections,
            boolean exactly) {
        List<HeldSocket> listeners = each.listeners();
        long[] after = each.steered();
        if (exactly && !Arrays.equals(before, after) && ++discarded < MOST_DISCARDED) {
            return;
        }
        discarded = 0;
        for (int i = 0; i < after.length; i++) {
            HeldSocket socket = listeners.get(i);
            long siblings =
                    listeners.stream().filter(s -> s.owner().equals(socket.owner())).count();
            double part = (double) connections.getOrDefault(socket.owner(), 0) / siblings;
            socket.load().count(part, after[i]);
        }
    }

    /// The slots with at least `limit` connections. Those that may have as many are counted first:
    /// most connections that came since the last count may have ended.
    Set<Integer> full(int limit) throws IOException {
        if (!reaching(limit).isEmpty()) {
            countAll(false);
        }
        return reaching(limit);
    }

    private Set<Integer> reaching(int limit) {
        Map<Integer, Double> connections = new HashMap<>();
        for (HeldSocket socket : listeners()) {
            connections.merge(socket.owner().slot(), socket.load().connections(), Double::sum);
        }
        Set<Integer> full = new HashSet<>();
        connections.forEach(
                (slot, open) -> {
                    if (open >= limit) {
                        full.add(slot);
                    }
                });
        return full;
    }
}
