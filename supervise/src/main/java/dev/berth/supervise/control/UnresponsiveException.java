package dev.berth.supervise.control;

import java.net.SocketTimeoutException;
import java.time.Duration;

/// A supervisor exists but shows no sign of life: it is stopped, or stuck, or gets no CPU.
public final class UnresponsiveException extends SocketTimeoutException {
    private static final long serialVersionUID = 1;

    private final int pid;

    /// @param pid of the supervisor; 0: in another pid namespace
    UnresponsiveException(int pid, Duration patience) {
        super("pid " + pid + " has not answered for " + patience.toSeconds() + " s");
        this.pid = pid;
    }

    /// The pid of the supervisor that should have answered; 0: it is in another pid namespace.
    public int pid() {
        return pid;
    }
}
