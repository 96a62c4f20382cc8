package dev.berth.dispatch;

/// What [Chooser] needs to know about a worker.
interface Seat {
    /// Its number in the service, which its successor inherits.
    int place();

    /// Whether it can be given a connection now.
    boolean open();

    /// Whether it has received nothing for a while although something is queued for it.
    boolean stalled();

    /// The number of its open connections.
    int connections();
}
