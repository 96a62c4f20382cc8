package dev.berth.supervise.watch;

import dev.berth.supervise.process.Loop;
import dev.berth.supervise.steering.HeldSocket;
import dev.berth.sys.Epoll;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Rings once when a connection waits at one of some listeners, so that nobody has to look at them
/// until then.
///
/// Ownership: it holds an epoll set while it is armed, and no listener.
final class Doorbell implements AutoCloseable {
    private final Loop loop;
    private @Nullable Fd set;

    Doorbell(Loop loop) {
        this.loop = loop;
    }

    boolean armed() {
        return set != null;
    }

    /// Rings if one comes to these, or waits there already. Armed again it forgets the others.
    void arm(List<HeldSocket> listeners, Runnable ring) throws ErrnoException {
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

    /// Does not ring any more; twice is harmless.
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
