package dev.berth.net;

import dev.berth.sys.SockAddr;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/// What many rows of one dump have in common, made once: there may be very many rows.
final class SharedParts {
    /// A power of two. Few addresses come again and again: those of the listeners.
    private static final int RECENT = 256;

    private final Map<Long, SocketDetails> details = new HashMap<>();
    private final SockAddr.@Nullable Inet4[] recent = new SockAddr.@Nullable Inet4[RECENT];

    /// Those that tell a cgroup alone.
    SocketDetails details(OptionalLong cgroup) {
        return cgroup.isEmpty()
                ? SocketDetails.NONE
                : details.computeIfAbsent(cgroup.getAsLong(), _ -> SocketDetails.of(cgroup));
    }

    SockAddr.Inet4 address(int address, int port) {
        int place = (address ^ port) & (RECENT - 1);
        SockAddr.Inet4 known = recent[place];
        if (known != null && known.address() == address && known.port() == port) {
            return known;
        }
        var made = new SockAddr.Inet4(address, port);
        recent[place] = made;
        return made;
    }
}
