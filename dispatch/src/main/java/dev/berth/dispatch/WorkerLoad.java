package dev.berth.dispatch;

/// What [LoadBalancer] needs to know about a worker.
interface WorkerLoad {
    /// Its number in the service, which its successor inherits.
    int slot();

    /// Whether it can be given a connection now.
    boolean accepts();

    /// Whether it has received nothing for a while although something is queued for it.
    boolean stalled();

    /// The number of its open connections.
    int connections();
}
