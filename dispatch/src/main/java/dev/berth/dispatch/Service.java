package dev.berth.dispatch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// A group of interchangeable workers, some of them in service, and the connections that wait for
/// one of those.
final class Service implements Lookout.Work {
    private final Chooser<Member> chooser;
    private final Limits limits;
    private final int most;
    private final Counters counters;
    private final Deque<Connection> waiting = new ArrayDeque<>();
    private final AtomicInteger held;
    private final Lookout lookout;
    private boolean refuses;
    private boolean late;
    private volatile boolean ending;
    private int told;

    /// @param most how many connections may wait
    /// @param held the dispatcher's count of connections that it holds
    Service(Limits limits, int most, Counters counters, Reactor reactor, AtomicInteger held) {
        this.chooser = new Chooser<>(limits.window());
        this.limits = limits;
        this.most = most;
        this.counters = counters;
        this.held = held;
        lookout = new Lookout(reactor, this);
    }

    /// Whether it makes sense to accept a connection that may be for this service.
    boolean room() {
        return refuses || late || seatOpen();
    }

    private boolean seatOpen() {
        for (Member member : chooser.seats()) {
            if (member.open()) {
                return true;
            }
        }
        return false;
    }

    /// Whether the policy needs the number of each worker's connections.
    boolean counts() {
        return chooser.choice() == Choice.LEAST_CONNECTIONS;
    }

    @Override
    public List<Member> served() {
        return chooser.seats();
    }

    void serve(Collection<Member> members) {
        chooser.serve(members.stream().filter(member -> !member.gone()).toList());
        pump();
    }

    void steer(Choice choice) {
        chooser.by(choice);
        pump();
    }

    /// Resets new and waiting connections, or lets them wait again.
    void refuse(boolean now) {
        refuses = now;
        while (refuses && !waiting.isEmpty()) {
            refuse(waiting.remove());
        }
        counted();
    }

    /// Announces that it is about to end: see [Farewell]. May be called by any thread.
    void ends() {
        ending = true;
    }

    /// Whether connections may still arrive for its workers while it ends. May be called by any
    /// thread.
    boolean ending() {
        return ending;
    }

    /// Refuses connections that come from now on; those already waiting are served.
    void late() {
        late = true;
    }

    /// Records, while it ends, whether more connections may come for it.
    void bye(boolean more) {
        pump();
        if (chooser.seats().isEmpty()) {
            refuse(true);
        }
        ending = more && !late || !waiting.isEmpty();
    }

    /// Passes a connection to a worker; it waits if no worker has room.
    void place(Connection connection) {
        boolean first = waiting.isEmpty() || chooser.choice() == Choice.SOURCE;
        if (refuses || late) {
            refuse(connection);
        } else if (!first || !passed(connection)) {
            keep(connection);
        }
    }

    private void keep(Connection connection) {
        if (waiting.size() >= most && !ending) {
            refuse(connection);
        } else {
            waiting.add(connection);
            counted();
        }
    }

    private boolean passed(Connection connection) {
        Optional<Member> member = chooser.choose(connection::client);
        boolean done = member.isPresent() && member.get().pass(connection);
        if (done) {
            counters.passed.incrementAndGet();
            lookout.expect(member.get());
        }
        return done;
    }

    private void refuse(Connection connection) {
        counters.refused.incrementAndGet();
        connection.reset();
    }

    /// Tries to place the waiting connections, in order; call when there may be room again.
    void pump() {
        Iterator<Connection> next = waiting.iterator();
        while (next.hasNext() && seatOpen()) {
            if (passed(next.next())) {
                next.remove();
            }
        }
        counted();
    }

    /// Handles a worker's departure; connections that it had not received go to the head of the
    /// queue.
    void left(Member member, Deque<Connection> untaken) {
        List<Member> others = new ArrayList<>(chooser.seats());
        if (others.remove(member)) {
            chooser.serve(others);
        }
        again(untaken);
    }

    private void again(Deque<Connection> untaken) {
        counters.requeued.addAndGet(untaken.size());
        untaken.reversed().forEach(waiting::addFirst);
        if (refuses) {
            refuse(true);
        }
        pump();
    }

    /// Not under source, where a client waits for its own worker, nor with hardly a descriptor
    /// left: a connection taken back without a free descriptor is lost.
    @Override
    public boolean movable(Member from) {
        boolean home = chooser.choice() == Choice.SOURCE && chooser.seats().contains(from);
        return !home && held.get() + limits.window() <= limits.connections();
    }

    @Override
    public void takeBack(Member from) {
        again(from.recall());
    }

    private void counted() {
        counters.waiting.addAndGet(waiting.size() - told);
        told = waiting.size();
    }

    void close() {
        waiting.forEach(Connection::reset);
        waiting.clear();
    }
}
