package dev.berth.net;

import dev.berth.sys.SockAddr;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// Objects that many rows of one dump share, made only once: there may be very many rows.
final class RowInterner {
    /// A power of two. Few addresses recur: those of the listeners.
    private static final int RECENT = 256;

    private final Map<Long, SocketDetails> details = new HashMap<>();
    private final List<Optional<SockAddr.Inet>> recent =
            new ArrayList<>(Collections.nCopies(RECENT, Optional.empty()));

    /// Details that consist of a cgroup only.
    SocketDetails details(OptionalLong cgroup) {
        return cgroup.isEmpty()
                ? SocketDetails.NONE
                : details.computeIfAbsent(cgroup.getAsLong(), _ -> SocketDetails.of(cgroup));
    }

    /// An address that is always present, since the same address is often the peer's.
    Optional<SockAddr.Inet> address(int address, int port) {
        int place = (address ^ port) & (RECENT - 1);
        Optional<SockAddr.Inet> known = recent.get(place);
        if (known.isPresent()
                && known.get() instanceof SockAddr.Inet4 four
                && four.address() == address
                && four.port() == port) {
            return known;
        }
        Optional<SockAddr.Inet> made = Optional.of(new SockAddr.Inet4(address, port));
        recent.set(place, made);
        return made;
    }
}
