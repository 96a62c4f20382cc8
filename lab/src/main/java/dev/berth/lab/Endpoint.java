package dev.berth.lab;

import dev.berth.inspect.HistoryStep;
import dev.berth.inspect.RuleSocket;
import dev.berth.net.Addresses;
import dev.berth.sys.SockAddr;

import java.util.List;

/// An address to bind to, as named in the grids.
///
/// @param name as it is shown
/// @param address without a port
/// @param v6only whether IPV6_V6ONLY is set
record Endpoint(String name, SockAddr.Inet address, boolean v6only) {
    /// All kinds that the kernel distinguishes on loopback.
    static final List<Endpoint> ALL =
            List.of(
                    of("0.0.0.0", "0.0.0.0", false),
                    of("127.0.0.1", "127.0.0.1", false),
                    of("127.0.0.2", "127.0.0.2", false),
                    of("[::]", "::", false),
                    of("[::] 6", "::", true),
                    of("[::1]", "::1", false),
                    of("m127.0.0.1", "::ffff:127.0.0.1", false),
                    of("m0.0.0.0", "::ffff:0.0.0.0", false));

    private static Endpoint of(String name, String address, boolean v6only) {
        return new Endpoint(name, Addresses.of(address, 0), v6only);
    }

    /// The name of its column.
    String number() {
        return Integer.toString(ALL.indexOf(this) + 1);
    }

    /// The name of its row.
    String numbered() {
        return number() + " " + name;
    }

    /// Creates a socket without options, and binds it.
    List<HistoryStep> steps(String id) {
        return List.of(
                new HistoryStep.Open(id, address.family(), false, false, v6only, 0, false),
                new HistoryStep.Bind(id, address));
    }

    /// A socket there, as the rules see it.
    RuleSocket socket(boolean reuseaddr, boolean reuseport) {
        return RuleSocket.bound(address)
                .withV6only(v6only)
                .withReuseaddr(reuseaddr)
                .withReuseport(reuseport);
    }
}
