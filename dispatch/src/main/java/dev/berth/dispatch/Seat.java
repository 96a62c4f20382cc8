package dev.berth.dispatch;

/// What [Chooser] knows of a worker.
interface Seat {
    /// Its number in the service, which its successor has too.
    int place();

    /// Whether it can be given a connection now.
    boolean open();

    /// Whether it has received nothing for a while although something waits for it.
    boolean stalled();

    /// Connections that it has.
    int connections();
}
