package dev.berth.inspect;

import dev.berth.net.SocketHolders;

/// Who holds which sockets, and where that could not be seen.
///
/// @param refused how many processes there are whose descriptors this user may not read, among
///   those that were looked at
record Findings(SocketHolders holders, int refused) {}
