package dev.berth.supervise.lifecycle;

/// What happens to new connections.
public enum Admission {
    /// No worker has been in service yet. A group refuses, as a port without a listener does; a
    /// dispatcher, which listens before its workers, lets connections wait. Datagrams are dropped.
    STARTING,
    /// The workers in service get them.
    OPEN,
    /// No worker is in service: they wait for one, in the queues of listeners whose workers died.
    WAIT,
    /// No worker has been in service for too long: they are refused.
    REFUSE,
    /// They are refused although workers may be in service, and datagrams are dropped.
    SHED,
    /// The service ends: they are refused, but those that have already arrived are served where the
    /// target can do that.
    CLOSING
}
