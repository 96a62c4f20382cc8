package dev.berth.dispatch;

import dev.berth.sys.SockAddr;

/// The two ends of a connection as a proxy before us tells them.
///
/// @param source the client
/// @param destination what it connected to; of the same family
public record Ends(SockAddr.Inet source, SockAddr.Inet destination) {
    public Ends {
        if (source.family() != destination.family()) {
            throw new IllegalArgumentException(
                    "two families: source=" + source + ", destination=" + destination);
        }
    }

    /// `tcp4 SRCIP SRCPORT DSTIP DSTPORT`, or `tcp6 …`.
    String text() {
        String family = source instanceof SockAddr.Inet4 ? "tcp4" : "tcp6";
        return family + " " + text(source) + " " + text(destination);
    }

    private static String text(SockAddr.Inet end) {
        return end.host() + " " + end.port();
    }
}
