package dev.berth.lab;

import dev.berth.net.Links;
import dev.berth.sys.ErrnoException;

import java.util.List;

/// A network device beside `lo`, that nothing is connected to.
final class SecondDevice {
    static final String NAME = "berth0";

    private SecondDevice() {}

    /// Makes it in the calling thread's network namespace: whether this kernel has a kind that
    /// serves.
    static boolean create() throws ErrnoException {
        for (String kind : List.of("dummy", "bridge", "ifb", "veth")) {
            if (Links.create(NAME, kind) == 0) {
                return true;
            }
        }
        return false;
    }
}
