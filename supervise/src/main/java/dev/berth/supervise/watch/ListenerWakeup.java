package dev.berth.supervise.watch;

import dev.berth.supervise.process.EventLoop;
import dev.berth.supervise.steering.HeldSocket;
import dev.berth.sys.Epoll;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Calls back once when a connection waits at one of some listeners, so that they need not be
/// polled until then.
///
/// **Ownership:** holds an epoll set while it is armed, and no listener.
final class ListenerWakeup implements LoadWakeup {
    private final EventLoop loop;
    private @Nullable Fd set;

    ListenerWakeup(EventLoop loop) {
        this.loop = loop;
    }

    @Override
    public boolean armed() {
        return set != null;
    }

    @Override
    public void arm(List<HeldSocket> listeners, Runnable ring) throws ErrnoException {
        close();
        Fd fresh = Fd.of("epoll_create1", "", Epoll.epollCreate1(Epoll.EPOLL_CLOEXEC));
        try {
            for (HeldSocket listener : listeners) {
                int fd = listener.fd().number();
                int added =
                        Epoll.epollCtl(fresh.number(), Epoll.EPOLL_CTL_ADD, fd, Epoll.EPOLLIN, fd);
                ErrnoException.check("epoll_ctl", listener, added);
            }
        } catch (ErrnoException failed) {
            fresh.close();
            throw failed;
        }
        set = fresh;
        loop.watch(
                fresh,
                () -> {
                    close();
                    ring.run();
                });
    }

    @Override
    public void close() {
        Fd armed = set;
        if (armed != null) {
            loop.forget(armed);
            armed.close();
            set = null;
        }
    }
}
