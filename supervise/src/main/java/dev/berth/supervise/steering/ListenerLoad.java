package dev.berth.supervise.steering;

/// How busy one listener is, according to the samples. Reads nothing itself.
///
/// **Units:** all counters of connections are running totals since the listener was made; times are
/// milliseconds of the supervisor's clock.
public final class ListenerLoad {
    /// If connections wait this long while none is accepted, the listener is stalled.
    static final long STALLED_MILLIS = 10;

    /// A connection is steered to a listener by its first packet, and is queued there after its
    /// third.
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

    /// Records a sample.
    ///
    /// @param steeredNow connections that were steered here
    /// @param queueNow connections that wait to be accepted
    /// @param stoppedNow whether the process is stopped by a signal
    /// @return whether anything has changed, or may change soon
    public boolean record(long steeredNow, int queueNow, boolean stoppedNow, long now) {
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

    /// Whether a connection may be waiting, so that the queue is worth reading.
    ///
    /// @param steeredNow connections that were steered here
    public boolean mayHaveConnections(long steeredNow, long now) {
        return steeredNow != steered || queue > 0 || now - arrived < HANDSHAKE_MILLIS;
    }

    /// Resets it to new, after a time without samples.
    public void forget() {
        seen = false;
        begun = false;
        counted = 0;
        assumed = 0;
        steered = 0;
        steeredThen = 0;
    }

    /// Puts a new listener on a par with the others. The connections that were steered to those
    /// since the last count are assumed to be open; starting at zero, the new listener would get
    /// all connections until it had as many.
    ///
    /// @param share the new listener's share of those
    void initialize(double share) {
        begun = true;
        assumed = share;
    }

    /// Whether it is on a par with the others.
    boolean initialized() {
        return begun;
    }

    /// How many connections were steered here since the last count, or would have been.
    double uncounted() {
        return assumed + Math.max(0, steered - steeredThen);
    }

    /// Records a count.
    ///
    /// @param connections that were open
    /// @param steeredAt how many had been steered here by then
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

    /// Whether it does not accept waiting connections, or cannot.
    boolean stalled() {
        return stalled;
    }

    /// When it last got a connection, in the order of the whole group.
    long turn() {
        return turn;
    }

    void turn(long number) {
        turn = number;
    }
}
