package dev.berth.supervise.watch;

import dev.berth.supervise.contract.EventSink;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.process.EventLoop;
import dev.berth.supervise.process.SupervisorResources;
import dev.berth.supervise.process.WorkerProcess;
import dev.berth.supervise.steering.ListenerRegistry;
import dev.berth.supervise.steering.LoadedGroups;
import dev.berth.sys.ErrnoException;

import java.io.IOException;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;

/// Makes the tables follow the load of the workers, for the policy `least-loaded` and for
/// connection limits.
///
/// - It samples ([LoadSampler]) every few milliseconds while connections arrive, and less and less
///   often when none do.
/// - After a while without any it does nothing until a connection arrives, a worker is stopped, or
///   the workers in service change.
/// - While connections are open, it counts them now and then.
public final class LoadMonitor implements AutoCloseable {
    private static final long SHORTEST_MILLIS = 5;

    /// From the start of one sample to that of the next: a worker that stops should get nothing new
    /// after 50 ms.
    private static final long LONGEST_MILLIS = 40;

    /// Limits a sample to a tenth of the time.
    private static final long SAMPLE_SHARE = 10;

    /// Going idle costs one call per listener.
    private static final long QUIET_MILLIS = 500;

    private static final long NANOS = 1_000_000;

    private final EventLoop loop;
    private final NextCheck next;
    private final LoadedGroups groups;
    private final EventSink sink;
    private final OptionalInt most;
    private final LoadSampler sampler;
    private final Wakeups wakeups;
    private boolean running;
    private long pause = SHORTEST_MILLIS;
    private long busied;
    private long lastSpent;
    private String trouble = "";

    /// The last sample failed: the tables may not reflect what it found.
    private boolean behind;

    /// What wakes it when it has nothing to sample.
    ///
    /// @param stops is passed what to call once, as soon as a child is stopped by a signal
    record Wakeups(LoadWakeup listeners, Consumer<Runnable> stops) {}

    /// @param most the connections that a slot may have
    public LoadMonitor(
            ListenerRegistry registry,
            SupervisorResources resources,
            Map<WorkerId, WorkerProcess> live,
            EventSink sink,
            OptionalInt most) {
        loop = resources.loop();
        next = new NextCheck(loop);
        groups = registry;
        this.sink = sink;
        this.most = most;
        LoadReadings readings = new LoadReadings.Kernel(resources, live, this::complain);
        sampler = new LoadSampler(groups, readings, resources.env().clock());
        wakeups = new Wakeups(new ListenerWakeup(loop), new StoppedChildWaiter(loop)::arm);
    }

    LoadMonitor(
            EventLoop loop,
            LoadedGroups groups,
            LoadSampler sampler,
            Wakeups wakeups,
            EventSink sink,
            OptionalInt most) {
        this.loop = loop;
        next = new NextCheck(loop);
        this.groups = groups;
        this.sampler = sampler;
        this.wakeups = wakeups;
        this.sink = sink;
        this.most = most;
    }

    /// Starts if it is needed and not running; it stops by itself when it is no longer needed.
    public void begin() {
        if (needed() && !running) {
            running = true;
            groups.forgetLoads();
            wake();
        }
    }

    /// Call this whenever listeners, or the workers in service, may have changed.
    public void follow() {
        if (wakeups.listeners.armed() && sampler.outdated()) {
            wake();
        }
    }

    private boolean needed() {
        return groups.policy() instanceof Policy.LeastLoaded || most.isPresent();
    }

    private void childStopped() {
        if (running) {
            wake();
        }
    }

    private void wake() {
        wakeups.listeners.close();
        busied = loop.now();
        pause = SHORTEST_MILLIS;
        schedule(0);
    }

    private void schedule(long millis) {
        next.after(millis, this::tick);
    }

    private void tick() {
        if (!needed()) {
            running = false;
            wakeups.listeners.close();
            return;
        }
        long begun = loop.nanos();
        try {
            LoadSampler.LoadSample found = sampler.sample(loop.now());
            apply(found);
            if (!found.stopped()) {
                wakeups.stops.accept(this::childStopped);
            }
            busied = found.busy() ? loop.now() : busied;
            trouble = "";
            if (quiet() && !found.waiting()) {
                sleepUntilQueued(found);
                return;
            }
            wakeups.listeners.close();
            boolean soon = found.busy() || most.isPresent() && !quiet();
            pause = soon ? SHORTEST_MILLIS : Math.min(LONGEST_MILLIS, pause * 2);
        } catch (IOException failed) {
            behind = true;
            complain(String.valueOf(failed.getMessage()));
            wakeups.listeners.close();
            pause = LONGEST_MILLIS;
        }
        schedule(rest((loop.nanos() - begun) / NANOS));
    }

    private void apply(LoadSampler.LoadSample found) throws IOException {
        if (most.isPresent()) {
            groups.setFull(sampler.full(most.getAsInt()));
        }
        if (found.busy() || found.counted() || behind) {
            sampler.rebalance();
            behind = false;
        }
    }

    private boolean quiet() {
        return loop.now() - busied >= QUIET_MILLIS;
    }

    /// Goes idle until a connection arrives. With a connection limit it still samples now and then:
    /// a connection that is accepted at once may leave nothing to wake up for, and only a sample
    /// shows that a full slot has room again.
    private void sleepUntilQueued(LoadSampler.LoadSample found) throws ErrnoException {
        if (!wakeups.listeners.armed() || sampler.outdated()) {
            wakeups.listeners.arm(sampler.listeners(), this::wake);
        }
        if (most.isPresent()) {
            schedule(LONGEST_MILLIS);
        } else if (found.open()) {
            schedule(sampler.untilCountMillis());
        }
    }

    /// A sample that took long although the one before it did not has waited for a CPU; that is no
    /// reason to sample less often.
    private long rest(long spent) {
        long usual = Math.min(spent, lastSpent);
        lastSpent = spent;
        long period = Math.min(LONGEST_MILLIS, Math.max(pause, SAMPLE_SHARE * usual));
        return Math.max(SHORTEST_MILLIS, period - spent);
    }

    private void complain(String what) {
        if (!what.equals(trouble)) {
            trouble = what;
            sink.onEvent("cannot measure the load of the workers: " + what);
        }
    }

    /// Call this on the loop's thread, at the end.
    @Override
    public void close() {
        wakeups.listeners.close();
    }
}
