package dev.berth.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.sys.Capabilities;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Processes;

/// An ordinary user without capabilities.
final class Nobody {

    private static final int UID = 65534;

    private Nobody() {}

    /// Turns the calling thread, and no other, into nobody; permanently, so it must be a thread
    /// that ends.
    static void become() throws ErrnoException {
        // The user nobody might lack permission to read the classes that are needed from here on.
        assertThat(Capabilities.effective()).isNotEmpty();
        boolean dumpable = Processes.dumpable();
        ErrnoException.check("setresuid", UID, Processes.setresuid(UID, UID, UID));
        // A change of uid makes the kernel hide the whole process in /proc.
        ErrnoException.check("prctl", "PR_SET_DUMPABLE", Processes.setDumpable(dumpable));
        assertThat(Capabilities.effective()).isEmpty();
    }
}
