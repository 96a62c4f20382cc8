package dev.berth.dispatch;

import dev.berth.net.Addresses;
import dev.berth.sys.SockAddr;

import java.util.Optional;

/// The two ends of a connection as an upstream proxy reported them.
///
/// @param source the client
/// @param destination the address that it connected to; of the same family
public record AddressPair(SockAddr.Inet source, SockAddr.Inet destination) {
    public AddressPair {
        if (source.family() != destination.family()) {
            throw new IllegalArgumentException(
                    "mixed address families: source=" + source + ", destination=" + destination);
        }
    }

    /// `tcp4 SRCIP SRCPORT DSTIP DSTPORT`, or `tcp6 …`.
    String text() {
        String family = source instanceof SockAddr.Inet4 ? "tcp4" : "tcp6";
        return family + " " + text(source) + " " + text(destination);
    }

    /// Parses what [#text] produced; empty for anything else.
    static Optional<AddressPair> parse(String text) {
        String[] words = text.split(" ", -1);
        return words.length == 5
                ? Optional.of(new AddressPair(end(words[1], words[2]), end(words[3], words[4])))
                : Optional.empty();
    }

    private static SockAddr.Inet end(String host, String port) {
        return Addresses.of(host, Integer.parseInt(port));
    }

    private static String text(SockAddr.Inet end) {
        return end.host() + " " + end.port();
    }
}
