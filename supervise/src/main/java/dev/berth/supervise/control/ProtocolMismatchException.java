package dev.berth.supervise.control;

import java.io.IOException;

/// A supervisor speaks another version of the control protocol. It did nothing.
public final class ProtocolMismatchException extends IOException {
    private static final long serialVersionUID = 1;

    private final int pid;

    /// @param pid of the supervisor; 0: in another pid namespace
    /// @param theirs the version that it speaks; 0: unknown
    ProtocolMismatchException(int pid, int theirs) {
        super(
                "it speaks "
                        + (theirs == 0
                                ? "an unknown control protocol"
                                : "control protocol " + theirs)
                        + ", this berth speaks "
                        + ControlProtocol.VERSION);
        this.pid = pid;
    }

    /// The pid of the supervisor; 0: it is in another pid namespace.
    public int pid() {
        return pid;
    }
}
