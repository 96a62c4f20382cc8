package dev.berth.cli.ports;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The port ranges of this network namespace.
final class WhoPorts {
    private static final Path RANGE = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
    private static final WhoNotes.PortRange USUAL = new WhoNotes.PortRange(32768, 60999);

    private WhoPorts() {}

    /// The range from which the kernel chooses the ports of outgoing connections.
    static WhoNotes.PortRange outgoing() {
        try {
            String[] ends = Files.readString(RANGE).strip().split("\\s+");
            return new WhoNotes.PortRange(Integer.parseInt(ends[0]), Integer.parseInt(ends[1]));
        } catch (IOException | RuntimeException unreadable) {
            return USUAL;
        }
    }
}
