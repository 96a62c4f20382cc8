package dev.berth.sys;

/// Descriptors of processes. They become readable for poll(2) when the process has ended, and
/// unlike a pid they never come to mean another process.
///
/// **Source:** pidfd_open(2), pidfd_getfd(2), pidfd_send_signal(2).
public final class Pidfds {
    /// For a thread that need not be its process's main thread. **Since:** Linux 6.9.
    public static final int PIDFD_THREAD = Descriptors.O_EXCL;

    private Pidfds() {}

    /// Opens a process, close-on-exec; the caller closes it. `ESRCH`: there is no such process.
    ///
    /// **Since:** Linux 5.3.
    public static int pidfdOpen(int pid, int flags) {
        return (int) Kernel.call(Syscall.PIDFD_OPEN, pid, flags);
    }

    /// Takes another descriptor, close-on-exec, of the file that the process has open at `target`;
    /// the caller closes it. `EPERM`: needs the right to trace the process (same user and dumpable,
    /// or `CAP_SYS_PTRACE`).
    ///
    /// **Since:** Linux 5.6.
    public static int pidfdGetfd(int pidfd, int target) {
        return (int) Kernel.call(Syscall.PIDFD_GETFD, pidfd, target, 0);
    }

    /// Sends a signal; 0 only checks whether a signal could be sent. `ESRCH`: the process has ended
    /// and was reaped.
    ///
    /// **Since:** Linux 5.1.
    public static int pidfdSendSignal(int pidfd, int signal) {
        return (int) Kernel.call(Syscall.PIDFD_SEND_SIGNAL, pidfd, signal, CallArena.NULL, 0);
    }
}
