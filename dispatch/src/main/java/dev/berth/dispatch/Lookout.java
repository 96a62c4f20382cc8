package dev.berth.dispatch;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Looks every few milliseconds whether the workers of a service receive what waits for them, as
/// long as anything does.
///
/// What waits for one that stalled is taken back as soon as another worker has received all that
/// was passed to it, and so is likely to be free.
final class Lookout {
    private static final long LOOK_NANOS = 15_000_000;

    private final Reactor reactor;
    private final Work work;
    private final Set<Member> owing = new LinkedHashSet<>();
    private boolean planned;

    /// What it looks after.
    interface Work {
        /// Workers that get new connections.
        Collection<Member> served();

        /// Whether what waits for a worker may go to another one.
        boolean movable(Member from);

        /// Gives what waits for the worker to others.
        void takeBack(Member from);
    }

    Lookout(Reactor reactor, Work work) {
        this.reactor = reactor;
        this.work = work;
    }

    /// Something waits for this worker now.
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
