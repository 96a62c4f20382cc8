package dev.berth.lab;

import dev.berth.net.NetworkDevices;
import dev.berth.sys.ErrnoException;

import java.util.List;

/// A network device in addition to `lo`, not connected to anything.
final class SecondDevice {
    static final String NAME = "berth0";

    private SecondDevice() {}

    /// Creates it in the calling thread's network namespace. Returns whether this kernel has a
    /// suitable kind of device.
    static boolean create() throws ErrnoException {
        for (String kind : List.of("dummy", "bridge", "ifb", "veth")) {
            if (NetworkDevices.create(NAME, kind) == 0) {
                return true;
            }
        }
        return false;
    }
}
