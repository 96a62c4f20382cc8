package dev.berth.supervise.steering;

import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Action;

import java.io.IOException;
import java.time.Duration;

/// Gives workers new connections: through the sockets of groups, or through a service of a
/// dispatcher.
public interface TrafficTarget {
    /// A worker that takes nothing for this long, although something waits for it, is called
    /// stalled.
    Duration STALLED = Duration.ofSeconds(5);

    /// Gives new connections to the workers in service.
    void serve(Action.Serve serve) throws IOException;

    /// Steers by `policy` from now on; if that fails, the old policy stays.
    void steer(Policy policy) throws IOException;

    /// Refuses new connections, or stops refusing.
    void setShedding(boolean now) throws IOException;

    /// Refuses new connections while no worker is in service, or lets them wait.
    void setRefusing(boolean now) throws IOException;

    /// Gives up what is held of a worker that has ended.
    void closeSockets(WorkerId id) throws IOException;

    /// Prepares for a worker's stop signal: no new connection queues for it if others are in
    /// service.
    default void beforeStop(WorkerId id) throws IOException {}

    /// Moves what is queued for a worker that lives on to others, where possible.
    void moveQueue(WorkerId id) throws IOException;

    /// Keeps what is queued for a worker that died, for others.
    void keepQueue(WorkerId id) throws IOException;
}
