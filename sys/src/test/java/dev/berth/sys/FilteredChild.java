package dev.berth.sys;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Callable;

/// A child whose calls wait until the test answers them.
final class FilteredChild implements AutoCloseable {
    final PipedChild child;
    final int listener;
    private final Fd listenerFd;

    private FilteredChild(PipedChild child, Fd listener) {
        this.child = child;
        this.listener = listener.number();
        this.listenerFd = listener;
    }

    /// Starts a child from a throw-away thread that has the filter.
    static FilteredChild start(Callable<PipedChild> start, Syscall... calls) throws Exception {
        return OnThread.call(
                () -> {
                    boolean killable = Seccomp.waitKillableSupported();
                    if (!Capabilities.has(Capability.SYS_ADMIN)) {
                        assertThat(Seccomp.noNewPrivileges()).isZero();
                    }
                    long fd = Seccomp.installListener(Filters.notify(calls), killable);
                    Fd listener = Fd.of("seccomp", "listener", fd);
                    return new FilteredChild(start.call(), listener);
                });
    }

    /// Waits for the next call of the child.
    Notification next() throws ErrnoException {
        int events = Poll.poll(listener, Poll.POLLIN, (int) PipedChild.PATIENCE.toMillis());
        assertThat(events).as("a notification in time").isEqualTo(Poll.POLLIN);
        return Seccomp.receive(listener).orElseThrow();
    }

    /// Another descriptor of the child's file.
    Fd take(int target) throws ErrnoException {
        try (Fd pidfd = Fd.of("pidfd_open", child.pid, Pidfds.pidfdOpen(child.pid, 0))) {
            return Fd.of("pidfd_getfd", target, Pidfds.pidfdGetfd(pidfd.number(), target));
        }
    }

    /// The address that the waiting call wants to bind.
    SockAddr.Inet address(Notification bind) throws ErrnoException {
        int length = bind.intArgument(2);
        byte[] raw = Processes.readMemory(bind.tid(), bind.argument(1), length);
        assertThat(Seccomp.idValid(listener, bind.id())).isZero();
        return (SockAddr.Inet) SockAddr.decode(raw, length);
    }

    void answer(Notification notification, long value, int error) {
        assertThat(Seccomp.respond(listener, notification.id(), value, error)).isZero();
    }

    @Override
    public void close() throws ErrnoException {
        child.close();
        listenerFd.close();
    }
}
