package dev.berth.inspect;

import dev.berth.net.SocketHolders;

/// The holders of sockets, and how much could not be seen.
///
/// @param refused the number of searched processes whose descriptors this user is not permitted to
///   read
record OwnerSearchResult(SocketHolders holders, int refused) {}
