package dev.berth.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.sys.Capabilities;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Processes;

/// An ordinary user without capabilities.
final class Nobody {

    private static final int UID = 65534;

    private Nobody() {}

    /// Turns the calling thread, and no other, into nobody; for good, so it must be one that ends.
    static void become() throws ErrnoException {
        // Nobody may not be allowed to read the classes that are needed from here on.
        assertThat(Capabilities.effective()).isNotEmpty();
        boolean dumpable = Processes.dumpable();
        ErrnoException.check("setresuid", UID, Processes.setresuid(UID, UID, UID));
        // The kernel takes a change of uid as a reason to hide the whole process from /proc.
        ErrnoException.check("prctl", "PR_SET_DUMPABLE", Processes.setDumpable(dumpable));
        assertThat(Capabilities.effective()).isEmpty();
    }
}
