package dev.berth.supervise;

import dev.berth.net.DiagQuery;
import dev.berth.net.Holder;
import dev.berth.net.ProcessEntry;
import dev.berth.net.Protocol;
import dev.berth.net.SocketDetails;
import dev.berth.net.SocketLookup;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpInfo;
import dev.berth.net.TcpState;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.contract.SteeringBackend;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Event;
import dev.berth.supervise.process.Env;
import dev.berth.supervise.process.KernelTables;
import dev.berth.supervise.process.ManualClock;
import dev.berth.supervise.process.OutputPump;
import dev.berth.supervise.process.Spawner;
import dev.berth.supervise.process.SupervisorResources;
import dev.berth.supervise.process.WorkerProcess;
import dev.berth.supervise.steering.CpuPinning;
import dev.berth.supervise.steering.ListenerRegistry;
import dev.berth.supervise.steering.SteeringSupport;
import dev.berth.sys.Fd;
import dev.berth.sys.Pidfds;
import dev.berth.sys.SockAddr;
import dev.berth.testkit.Await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/// A worker that a monitor watches, on a clock that only the test moves, with connections that the
/// test makes up. No process but this one.
///
/// **Ownership:** [#close] gives everything back.
final class MonitoredWorker implements AutoCloseable {
    static final WorkerId ID = new WorkerId(0, 1);
    private static final Duration LIMIT = Duration.ofMinutes(1);

    /// Tries without a pause: a pause in each millisecond of a test would be too slow.
    private static final int SPINS = 1_000_000;

    private static final SockAddr.Inet ADDRESS = new SockAddr.Inet4(0x7f000001, 8080);

    final ManualClock clock = new ManualClock();
    final Tables tables = new Tables();
    final RecordingSink sink = new RecordingSink();
    final List<Event> events = new ArrayList<>();
    final ServiceSpec spec;
    final SupervisorResources resources;
    final ListenerRegistry registry;
    final WorkerProcess worker;
    private final Path runtime = SupervisorFixture.directory();
    private final OutputPump.Pipes pipes;

    MonitoredWorker() throws IOException {
        spec = new SupervisorFixture.Setup().plan(runtime);
        Env env = new Env(clock, Map.of(), tables, Spawner::of, false);
        resources = new SupervisorResources(spec, sink, env, Optional.empty());
        registry =
                new ListenerRegistry(
                        SteeringSupport.find(SteeringBackend.NONE),
                        new Policy.Hash(),
                        CpuPinning.here());
        pipes = resources.pump().open(ID, Optional.empty());
        int self = (int) ProcessHandle.current().pid();
        worker =
                new WorkerProcess(
                        ID,
                        new WorkerProcess.FirstProcess(
                                self, 1, Fd.of("pidfd_open", self, Pidfds.pidfdOpen(self, 0))),
                        Optional.empty(),
                        Optional.empty(),
                        pipes.output());
    }

    /// An accepted connection of the worker.
    ///
    /// @param unread bytes that arrived and were not read
    /// @param sentAgo milliseconds since the server sent something; negative if it never did
    static SocketRow connection(int unread, int sentAgo) {
        boolean sent = sentAgo >= 0;
        TcpInfo info =
                new TcpInfo(
                        1,
                        0,
                        0,
                        sent ? sentAgo : 5_000,
                        sent ? sentAgo + 100 : 5_000,
                        5_000,
                        50,
                        0,
                        sent ? 100 : 0,
                        unread + (sent ? 10 : 0),
                        0,
                        new TcpInfo.Segments(9, 9, 3, sent ? 3 : 0));
        return row(5, 7, unread, Optional.of(info));
    }

    /// A connection that the kernel says nothing about.
    static SocketRow unknownConnection() {
        return row(5, 7, 0, Optional.empty());
    }

    /// A connection that waits to be accepted.
    static SocketRow queued(long cookie) {
        return row(0, cookie, 0, Optional.empty());
    }

    private static SocketRow row(long inode, long cookie, int unread, Optional<TcpInfo> info) {
        return new SocketRow(
                Protocol.TCP,
                2,
                TcpState.ESTABLISHED,
                ADDRESS,
                Optional.of(ADDRESS),
                inode,
                cookie,
                0,
                0,
                unread,
                0,
                OptionalInt.empty(),
                info,
                Optional.empty(),
                SocketDetails.NONE);
    }

    /// Tables that the test fills.
    final class Tables implements KernelTables {
        private final List<Long> looks = new ArrayList<>();
        private volatile List<SocketRow> connections = List.of();
        private volatile long lookMillis;
        private volatile boolean failing;
        private volatile CountDownLatch gate = new CountDownLatch(0);
        private volatile boolean waiting;

        void connections(SocketRow... rows) {
            connections = List.of(rows);
        }

        /// How long a look takes from now on.
        void take(long millis) {
            lookMillis = millis;
        }

        void fail(boolean now) {
            failing = now;
        }

        /// From now on looks do not end until [#open].
        void shut() {
            gate = new CountDownLatch(1);
        }

        void open() {
            gate.countDown();
        }

        boolean waiting() {
            return waiting;
        }

        /// When the looks began.
        List<Long> looks() {
            synchronized (looks) {
                return List.copyOf(looks);
            }
        }

        @Override
        public List<ProcessEntry> processes() {
            return List.of();
        }

        @Override
        public Map<Long, List<Holder>> holders(Collection<Integer> pids) {
            return Map.of(5L, List.of(new Holder(worker.pid(), 3)));
        }

        @Override
        public SocketLookup sockets() throws IOException {
            if (failing) {
                throw new IOException("no sockets, says a test");
            }
            return new Lookup();
        }
    }

    private final class Lookup implements SocketLookup {
        @Override
        public List<SocketRow> dump(DiagQuery query) {
            return dump(query, Set.of());
        }

        /// Handshakes are not made up.
        @Override
        public List<SocketRow> dump(DiagQuery query, Set<Integer> ports) {
            if (!query.tcpInfo()) {
                return query.states().contains(TcpState.ESTABLISHED)
                        ? new ArrayList<>(tables.connections)
                        : new ArrayList<>();
            }
            synchronized (tables.looks) {
                tables.looks.add(clock.millis());
            }
            clock.advance(tables.lookMillis);
            tables.waiting = tables.gate.getCount() > 0;
            try {
                tables.gate.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
            tables.waiting = false;
            return new ArrayList<>(tables.connections);
        }

        @Override
        public void close() {}
    }

    /// Lets `millis` pass.
    void pass(long millis) {
        long until = clock.millis() + millis;
        passUntil(() -> clock.millis() >= until);
    }

    /// Lets time pass until `condition` holds, by the millisecond. Each is over when what other
    /// threads had to do in it is done, so that a busy machine makes no difference.
    void passUntil(BooleanSupplier condition) {
        Await.until(
                LIMIT,
                () -> {
                    for (int i = 0; i < 100 && !condition.getAsBoolean(); i++) {
                        clock.advance(1);
                        resources.loop().turn(resources.loop().now());
                        settle();
                    }
                    return condition.getAsBoolean();
                },
                () -> events + " " + sink);
    }

    /// Waits for the tasks of the other threads, unless the test holds one up.
    private void settle() {
        AtomicBoolean done = new AtomicBoolean(tables.waiting());
        if (!done.get()) {
            resources.checkExecutor().submit(() -> true, _ -> done.set(true));
        }
        Await.until(
                LIMIT,
                () -> {
                    for (int i = 0; i < SPINS && !done.get() && !tables.waiting(); i++) {
                        resources.loop().turn(resources.loop().now());
                        Thread.onSpinWait();
                    }
                    return done.get() || tables.waiting();
                },
                () -> "another thread does not answer: " + events + " " + sink);
    }

    /// Carries out what other threads have answered, without letting time pass.
    void turnUntil(BooleanSupplier condition) {
        Await.until(
                LIMIT,
                () -> {
                    resources.loop().turn(resources.loop().now());
                    return condition.getAsBoolean();
                },
                () -> events + " " + sink);
    }

    @Override
    public void close() throws IOException {
        tables.open();
        pipes.close();
        worker.close();
        registry.close();
        resources.close();
        SupervisorFixture.delete(runtime);
    }
}
