package dev.berth.dispatch;

import dev.berth.net.ListenAddress;

/// The state of one of the dispatcher's listeners.
///
/// @param queue connections waiting in the kernel for the dispatcher to accept them
/// @param backlog the limit of that queue
public record ListenerStats(ListenAddress address, int queue, int backlog) {}
