package dev.berth.supervise.steering;

import java.util.Optional;

/// What the workers get their connections from: listeners of their own, or a dispatcher.
///
/// @param registry the listeners; stays empty when there is a dispatcher
public record ConnectionSource(
        ListenerRegistry registry, Optional<DispatcherTarget> dispatcherTarget) {
    /// The one of the two that applies traffic plans.
    public TrafficTarget trafficTarget() {
        return dispatcherTarget.isPresent() ? dispatcherTarget.get() : registry;
    }
}
