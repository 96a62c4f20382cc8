package dev.berth.dispatch;

import dev.berth.net.ListenAddress;

/// A listener of the dispatcher as it stands.
///
/// @param queue connections that the kernel keeps until the dispatcher accepts them
/// @param backlog how many these may be
public record Doorstep(ListenAddress address, int queue, int backlog) {}
