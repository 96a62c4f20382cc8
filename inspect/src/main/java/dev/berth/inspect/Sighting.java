package dev.berth.inspect;

import dev.berth.net.NetNamespace;
import dev.berth.net.SocketRow;

/// A row and where it was read.
///
/// @param own whether that is the caller's network namespace
record Sighting(SocketRow row, NetNamespace namespace, boolean own) {}
