package dev.berth.dispatch;

import dev.berth.sys.Descriptors;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Sockets;

/// The socket pair between a dispatcher and one worker.
///
/// **Ownership:** belongs to whoever it is passed to; the worker has another descriptor of its end.
///
/// @param own the dispatcher's end
/// @param worker the worker's end, from which queued packets can be taken back
public record WorkerSocketPair(Fd own, Fd worker) {
    /// Creates a socket pair.
    public static WorkerSocketPair open() throws ErrnoException {
        int[] ends = new int[2];
        int type = Sockets.SOCK_SEQPACKET | Sockets.SOCK_CLOEXEC;
        int made = Sockets.socketpair(Sockets.AF_UNIX, type, 0, ends);
        ErrnoException.check("socketpair", "of a worker", made);
        return new WorkerSocketPair(new Fd(ends[0]), new Fd(ends[1]));
    }

    /// Another descriptor of the worker's end, owned by the caller.
    public Fd forWorker() throws ErrnoException {
        int copy = Descriptors.fcntl(worker.number(), Descriptors.F_DUPFD_CLOEXEC, 0);
        return Fd.of("fcntl", "F_DUPFD_CLOEXEC", copy);
    }

    void close() {
        own.close();
        worker.close();
    }
}
