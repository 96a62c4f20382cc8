package dev.berth.dispatch;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Checks every few milliseconds whether a service's workers receive what is queued for them, as
/// long as anything is queued.
///
/// The queue of a stalled worker is taken back as soon as another worker has received everything
/// passed to it and so is likely to be free.
final class Lookout {
    private static final long LOOK_NANOS = 15_000_000;

    private final Reactor reactor;
    private final Work work;
    private final Set<Member> owing = new LinkedHashSet<>();
    private boolean planned;

    /// The service being watched.
    interface Work {
        /// The workers that get new connections.
        Collection<Member> served();

        /// Whether connections queued for a worker may go to another one.
        boolean movable(Member from);

        /// Gives the worker's queued connections to others.
        void takeBack(Member from);
    }

    Lookout(Reactor reactor, Work work) {
        this.reactor = reactor;
        this.work = work;
    }

    /// Starts watching this worker: something has been queued for it.
    void expect(Member member) {
        if (owing.add(member) && !planned) {
            plan();
        }
    }

    private void plan() {
        planned = true;
        reactor.at(Reactor.now() + LOOK_NANOS, this::look);
    }

    private void look() {
        planned = false;
        owing.removeIf(member -> !member.look());
        for (Member slow : List.copyOf(owing)) {
            if (slow.stalled() && slow.waits() && work.movable(slow) && anyFree()) {
                work.takeBack(slow);
            }
        }
        if (!owing.isEmpty() && !planned) {
            plan();
        }
    }

    private boolean anyFree() {
        for (Member member : work.served()) {
            if (!owing.contains(member) && member.open()) {
                return true;
            }
        }
        return false;
    }
}
