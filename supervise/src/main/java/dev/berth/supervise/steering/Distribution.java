package dev.berth.supervise.steering;

import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Action;

import java.io.IOException;
import java.time.Duration;

/// Who of the workers gets new connections: the sockets of groups, or a service of a dispatcher.
public interface Distribution {
    /// A worker that takes nothing for so long, although something waits for it, is called stalled.
    Duration STALLED = Duration.ofSeconds(5);

    /// Gives new connections to those in service.
    void serve(Action.Serve serve) throws IOException;

    /// Chooses by `policy` from now on; where that fails, as before.
    void steer(Policy policy) throws IOException;

    /// Refuses new connections, or no longer.
    void shed(boolean now) throws IOException;

    /// Refuses new connections while nobody is in service, or lets them wait.
    void refuse(boolean now) throws IOException;

    /// Gives up what is held of a worker that has ended.
    void retire(WorkerId id) throws IOException;

    /// A worker is about to be told to stop: nobody new waits for it where others are in service.
    default void stops(WorkerId id) throws IOException {}

    /// Gives what waits for a worker that lives on to others, where that can be done.
    void withdraw(WorkerId id) throws IOException;

    /// Keeps what waits for a worker that died, for others.
    void bequeath(WorkerId id) throws IOException;
}
