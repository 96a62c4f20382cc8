package dev.berth.supervise.steering;

/// How busy one listener is, as looks at it tell. Reads nothing itself.
///
/// All counters of connections are running totals since the listener was made; times are
/// milliseconds of the supervisor's clock.
public final class Workload {
    /// Connections that wait for so long while none is accepted: it is stalled.
    static final long STALLED_MILLIS = 10;

    /// A connection is led to a listener at its first packet, and waits there after its third.
    private static final long HANDSHAKE_MILLIS = 3_000;

    private long steered;
    private int queue;
    private boolean seen;
    private boolean stalled;
    private long accepted;
    private long progress;
    private long arrived;
    private boolean begun;
    private double counted;
    private double assumed;
    private long steeredThen;
    private long turn;

    /// Takes notice of what a look told.
    ///
    /// @param steeredNow connections that were led here
    /// @param queueNow those that wait to be accepted
    /// @param stoppedNow whether the process is stopped by a signal
    /// @return whether anything has changed, or may soon
    public boolean look(long steeredNow, int queueNow, boolean stoppedNow, long now) {
        boolean same = seen && steeredNow == steered && queueNow == queue;
        boolean stalledBefore = stalled;
        if (!seen) {
            steeredThen = steeredNow;
        }
        arrived = steeredNow == steered ? arrived : now;
        long acceptedNow = steeredNow - queueNow;
        if (queueNow == 0 || queueNow < queue || acceptedNow > accepted) {
            progress = now;
            accepted = queueNow == 0 ? acceptedNow : Math.max(accepted, acceptedNow);
        } else if (queue == 0) {
            progress = now;
        }
        steered = steeredNow;
        queue = queueNow;
        seen = true;
        stalled = stoppedNow || queue > 0 && now - progress >= STALLED_MILLIS;
        return !same || stalled != stalledBefore || queue > 0 && !stalled;
    }

    /// Whether a connection may wait for it, so that its queue is worth a look.
    ///
    /// @param steeredNow connections that were led here
    public boolean expectant(long steeredNow, long now) {
        return steeredNow != steered || queue > 0 || now - arrived < HANDSHAKE_MILLIS;
    }

    /// As if it was new: nobody has looked for a while.
    public void forget() {
        seen = false;
        begun = false;
        counted = 0;
        assumed = 0;
        steered = 0;
        steeredThen = 0;
    }

    /// Puts one that is new on a par with the others. What was led to them since the last count is
    /// held to be open; with nothing, it would get all that come until it had as many.
    ///
    /// @param share of those that would be its own
    void begin(double share) {
        begun = true;
        assumed = share;
    }

    /// Whether it is on a par with the others.
    boolean begun() {
        return begun;
    }

    /// How many were led here since the last count, or would have been.
    double uncounted() {
        return assumed + Math.max(0, steered - steeredThen);
    }

    /// Takes notice of a count.
    ///
    /// @param connections that were open
    /// @param steeredAt how many had been led here by then
    public void count(double connections, long steeredAt) {
        counted = connections;
        assumed = 0;
        steeredThen = steeredAt;
    }

    /// Open connections: those at the last count, and those that came since.
    public double connections() {
        return counted + uncounted();
    }

    long steered() {
        return steered;
    }

    /// Whether it does not accept what waits for it, or cannot.
    boolean stalled() {
        return stalled;
    }

    /// When it last got a connection, in the order of all of the group.
    long turn() {
        return turn;
    }

    void turn(long number) {
        turn = number;
    }
}
