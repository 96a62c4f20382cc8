package dev.berth.inspect;

import dev.berth.net.Holder;

import java.util.List;
import java.util.Map;

/// Who holds which sockets, and where that could not be seen.
///
/// @param holders by inode; a socket that nobody was found for is absent
/// @param refused how many processes there are whose descriptors this user may not read, among
///   those that were looked at
record Findings(Map<Long, List<Holder>> holders, int refused) {
    Findings {
        holders = Map.copyOf(holders);
    }

    List<Holder> of(long inode) {
        return holders.getOrDefault(inode, List.of());
    }
}
