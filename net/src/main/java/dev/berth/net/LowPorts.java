package dev.berth.net;

import java.nio.charset.StandardCharsets;

/// Ports that only a privileged process may bind.
///
/// **Source:** ip(7), `ip_unprivileged_port_start`
public final class LowPorts {
    private static final String FIRST_FREE = "/proc/sys/net/ipv4/ip_unprivileged_port_start";
    private static final int USUAL_FIRST_FREE = 1024;

    private LowPorts() {}

    /// The lowest port that everybody may bind.
    public static int firstFree() {
        byte[] text = ProcFiles.readAll(FIRST_FREE);
        try {
            return Integer.parseInt(new String(text, StandardCharsets.US_ASCII).strip());
        } catch (NumberFormatException unknown) {
            return USUAL_FIRST_FREE;
        }
    }

    /// A sentence that says why `port` was refused and what to do.
    ///
    /// @param what the port or address in the user's words
    /// @param address the same as `-l` takes it
    public static String refused(String what, int port, String address) {
        return ("no permission for %s: ports below %s need root or"
                        + " CAP_NET_BIND_SERVICE; use a higher port, allow it for all"
                        + " users: sysctl -w net.ipv4.ip_unprivileged_port_start=%s, or run"
                        + " as root: berth run -l %s --user NAME")
                .formatted(what, firstFree(), port, address);
    }
}
