package dev.berth.supervise.steering;

import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.TrafficPlan;

import java.io.IOException;
import java.time.Duration;

/// Gives workers new connections: through the sockets of groups, or through a service of a
/// dispatcher.
public interface TrafficTarget {
    /// A worker that takes nothing for this long, although something waits for it, is called
    /// stalled.
    Duration STALLED = Duration.ofSeconds(5);

    /// Brings the traffic to the plan, whatever the plan was before. Applying a plan again has no
    /// effect, except that it completes what failed before.
    ///
    /// @throws IOException the plan is not carried out completely; if it changes the policy, the
    ///   policy stays as it was
    void apply(TrafficPlan plan) throws IOException;

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
