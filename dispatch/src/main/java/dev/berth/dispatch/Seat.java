package dev.berth.dispatch;

/// What [Chooser] knows of a worker.
interface Seat {
    /// Its number in the service, which its successor has too.
    int place();

    /// Whether it can be given a connection now.
    boolean open();

    /// Connections that it has.
    int connections();
}
