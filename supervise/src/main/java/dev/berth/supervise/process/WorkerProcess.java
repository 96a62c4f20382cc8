package dev.berth.supervise.process;

import dev.berth.net.ListenAddress;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.sys.Fd;
import dev.berth.sys.Poll;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/// A running worker: its process, what the supervisor holds of it, and what is known about it.
///
/// **Ownership:** all descriptors belong to the supervisor and are closed by [#close].
public final class WorkerProcess implements AutoCloseable {
    /// The most ports that are remembered as requested by the worker.
    public static final int MOST_PASSED_PORTS = 256;

    private final WorkerId id;
    private final FirstProcess first;
    private final Optional<Fd> notifications;
    private final Optional<NotifySocket> notifySocket;
    private final WorkerOutput output;
    private final Set<ListenAddress> counted = new LinkedHashSet<>();
    private final Set<Integer> asked = new LinkedHashSet<>();
    private final SocketErrors socketErrors = new SocketErrors();

    /// The process that was started as the worker; others may be its descendants.
    ///
    /// @param startTicks when it started, in clock ticks since boot; distinguishes it from a later
    ///   process with the same pid
    public record FirstProcess(int pid, long startTicks, Fd pidfd) {}

    public WorkerProcess(
            WorkerId id,
            FirstProcess first,
            Optional<Fd> notifications,
            Optional<NotifySocket> notifySocket,
            WorkerOutput output) {
        this.id = id;
        this.first = first;
        this.notifications = notifications;
        this.notifySocket = notifySocket;
        this.output = output;
    }

    public WorkerId id() {
        return id;
    }

    /// The pid of its first process.
    public int pid() {
        return first.pid();
    }

    /// When its first process started, in clock ticks since boot; distinguishes it from a later
    /// process with the same pid.
    public long startTicks() {
        return first.startTicks();
    }

    /// The pidfd of its first process; closed with the worker.
    public Fd pidfd() {
        return first.pidfd();
    }

    /// Whether its first process has ended, even if that has not been noticed yet.
    public boolean ended() {
        return !first.pidfd().isOpen() || Poll.poll(first.pidfd().number(), Poll.POLLIN, 0) != 0;
    }

    /// Its seccomp listener, through which its binds are answered.
    public Optional<Fd> notifications() {
        return notifications;
    }

    /// The socket to which it sends `READY=1`.
    public Optional<NotifySocket> notifySocket() {
        return notifySocket;
    }

    public WorkerOutput output() {
        return output;
    }

    /// The addresses that it shares.
    public Set<ListenAddress> sharedAddresses() {
        return counted;
    }

    /// The TCP ports that it requested by number and that were left to the kernel: the first
    /// [#MOST_PASSED_PORTS].
    public Set<Integer> passedPorts() {
        return asked;
    }

    /// Records that it requested a TCP port that is left to the kernel.
    public void passedPort(int port) {
        if (asked.size() < MOST_PASSED_PORTS) {
            asked.add(port);
        }
    }

    /// Why binds of it were refused; reported if it ends.
    public SocketErrors socketErrors() {
        return socketErrors;
    }

    @Override
    public void close() {
        first.pidfd().close();
        notifications.ifPresent(Fd::close);
        notifySocket.ifPresent(NotifySocket::close);
    }
}
