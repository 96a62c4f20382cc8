package dev.berth.supervise.watch;

import dev.berth.supervise.process.EventLoop;

/// The next check of something: at most one is due. For the loop's thread only.
final class NextCheck {
    private final EventLoop loop;
    private long latest;

    NextCheck(EventLoop loop) {
        this.loop = loop;
    }

    /// Runs `look` after `millis` milliseconds, instead of the check that was due before.
    void after(long millis, Runnable look) {
        long mine = ++latest;
        loop.after(
                millis,
                () -> {
                    if (mine == latest) {
                        look.run();
                    }
                });
    }
}
