package dev.berth.supervise.watch;

import dev.berth.supervise.contract.Observer;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.process.Equipment;
import dev.berth.supervise.process.LiveWorker;
import dev.berth.supervise.process.Loop;
import dev.berth.supervise.steering.SocketRegistry;
import dev.berth.sys.ErrnoException;

import java.io.IOException;
import java.util.Map;
import java.util.OptionalInt;

/// Makes the tables follow the load of the workers, for the policy `least-loaded` and for
/// connection limits.
///
/// - It samples ([Survey]) every few milliseconds while connections arrive, and less and less often
///   when none do.
/// - After a while without any it does nothing until a connection arrives, a worker is stopped, or
///   the workers in service change.
/// - While connections are open, it counts them now and then.
public final class LoadWatch implements AutoCloseable {
    private static final long SHORTEST_MILLIS = 5;

    /// From the start of one sample to that of the next: a worker that stops should get nothing new
    /// after 50 ms.
    private static final long LONGEST_MILLIS = 40;

    /// Limits a sample to a tenth of the time.
    private static final long LOOK_SHARE = 10;

    /// Going idle costs one call per listener.
    private static final long QUIET_MILLIS = 500;

    private static final long NANOS = 1_000_000;

    private final SocketRegistry registry;
    private final NextLook next;
    private final Observer observer;
    private final OptionalInt most;
    private final Survey survey;
    private final Doorbell bell;
    private final StopAlarm alarm;
    private boolean running;
    private long pause = SHORTEST_MILLIS;
    private long busied;
    private long lastSpent;
    private String trouble = "";

    /// The last sample failed: the tables may not reflect what it found.
    private boolean behind;

    /// @param most the connections that a slot may have
    public LoadWatch(
            SocketRegistry registry,
            Equipment equipment,
            Map<WorkerId, LiveWorker> live,
            Observer observer,
            OptionalInt most) {
        this.registry = registry;
        this.observer = observer;
        this.most = most;
        Loop loop = equipment.loop();
        next = new NextLook(loop);
        survey = new Survey(registry, equipment, live, this::complain);
        bell = new Doorbell(loop);
        alarm = new StopAlarm(loop, this::roused);
    }

    /// Starts if it is needed and not running; it stops by itself when it is no longer needed.
    public void begin() {
        if (needed() && !running) {
            running = true;
            registry.all().forEach(socket -> socket.load().forget());
            wake();
        }
    }

    /// Call this whenever listeners, or the workers in service, may have changed.
    public void follow() {
        if (bell.armed() && survey.outdated()) {
            wake();
        }
    }

    private boolean needed() {
        return registry.policy() instanceof Policy.LeastLoaded || most.isPresent();
    }

    private void roused() {
        if (running) {
            wake();
        }
    }

    private void wake() {
        bell.close();
        busied = Loop.now();
        pause = SHORTEST_MILLIS;
        schedule(0);
    }

    private void schedule(long millis) {
        next.after(millis, this::tick);
    }

    private void tick() {
        if (!needed()) {
            running = false;
            bell.close();
            return;
        }
        long begun = System.nanoTime();
        try {
            Survey.Found found = survey.look(Loop.now());
            apply(found);
            if (!found.stopped()) {
                alarm.arm();
            }
            busied = found.busy() ? Loop.now() : busied;
            trouble = "";
            if (quiet() && !found.waiting()) {
                doze(found);
                return;
            }
            bell.close();
            boolean soon = found.busy() || most.isPresent() && !quiet();
            pause = soon ? SHORTEST_MILLIS : Math.min(LONGEST_MILLIS, pause * 2);
        } catch (IOException failed) {
            behind = true;
            complain(String.valueOf(failed.getMessage()));
            bell.close();
            pause = LONGEST_MILLIS;
        }
        schedule(rest((System.nanoTime() - begun) / NANOS));
    }

    private void apply(Survey.Found found) throws IOException {
        if (most.isPresent()) {
            registry.full(survey.full(most.getAsInt()));
        }
        if (found.busy() || found.counted() || behind) {
            survey.rebalance();
            behind = false;
        }
    }

    private boolean quiet() {
        return Loop.now() - busied >= QUIET_MILLIS;
    }

    /// Goes idle until a connection arrives. With a connection limit it still samples now and then:
    /// a connection that is accepted at once may leave nothing to wake up for, and only a sample
    /// shows that a full slot has room again.
    private void doze(Survey.Found found) throws ErrnoException {
        if (!bell.armed() || survey.outdated()) {
            bell.arm(survey.listeners(), this::wake);
        }
        if (most.isPresent()) {
            schedule(LONGEST_MILLIS);
        } else if (found.open()) {
            schedule(survey.untilCountMillis());
        }
    }

    /// A sample that took long although the one before it did not has waited for a CPU; that is no
    /// reason to sample less often.
    private long rest(long spent) {
        long usual = Math.min(spent, lastSpent);
        lastSpent = spent;
        long period = Math.min(LONGEST_MILLIS, Math.max(pause, LOOK_SHARE * usual));
        return Math.max(SHORTEST_MILLIS, period - spent);
    }

    private void complain(String what) {
        if (!what.equals(trouble)) {
            trouble = what;
            observer.said("cannot measure the load of the workers: " + what);
        }
    }

    /// Call this on the loop's thread, at the end.
    @Override
    public void close() {
        bell.close();
    }
}
