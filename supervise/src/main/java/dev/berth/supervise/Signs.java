package dev.berth.supervise;

import dev.berth.supervise.adoption.Adopter;
import dev.berth.supervise.adoption.Finder;
import dev.berth.supervise.contract.Adopt;
import dev.berth.supervise.contract.Probe;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.lifecycle.Event;
import dev.berth.supervise.lifecycle.Phase;
import dev.berth.supervise.process.LiveWorker;
import dev.berth.supervise.process.Loop;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.supervise.watch.Prober;

import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/// Follows a worker until it is ready: answers its bind(2) and listen(2) calls, looks for its
/// sockets, reads its notify socket, probes it, and receives what it says to a dispatcher.
final class Signs implements Adopter.Staff {
    /// Longer than the time between two patrols.
    private static final long PATROL_MILLIS = 1_500;

    private static final long FIND_MILLIS = 100;
    private static final long ENDING_MILLIS = 200;
    private static final int MOST_TOLD = 4;
    private static final long TELL_MILLIS = 1_000;

    private final Holdings holdings;
    private final Listening listening;
    private final Adopter adopter;
    private final Finder finder;
    private final Set<Integer> told = new HashSet<>();
    private final SortedSet<Integer> untold = new TreeSet<>();

    Signs(Holdings holdings, Listening listening) throws IOException {
        this.holdings = holdings;
        this.listening = listening;
        adopter =
                new Adopter(
                        holdings.plan(),
                        holdings.registry(),
                        holdings.equipment(),
                        holdings.observer(),
                        this);
        finder = new Finder(holdings.plan(), holdings.registry(), holdings.equipment().trees());
    }

    /// Call this before the worker is known to have been started.
    void watch(LiveWorker worker) {
        Loop loop = holdings.loop();
        adopter.watch(worker);
        worker.notifySocket().ifPresent(s -> loop.watch(s.fd(), () -> announced(worker)));
    }

    /// Call this after the worker has started: it may listen already, or start to listen without a
    /// call that is answered here.
    void began(LiveWorker worker) {
        if (holdings.plan().adopt() == Adopt.LISTEN_FDS) {
            listens(worker);
        } else if (holdings.plan().adopt() == Adopt.BIND) {
            find(worker);
        }
    }

    @Override
    public Collection<LiveWorker> live() {
        return holdings.live().values();
    }

    @Override
    public boolean ready(LiveWorker worker) {
        return holdings.phase(worker).filter(phase -> !phase.candidate()).isPresent();
    }

    private void find(LiveWorker worker) {
        if (holdings.phase(worker).filter(Phase::candidate).isEmpty()) {
            return;
        }
        try {
            if (finder.look(worker, holdings.equipment().diag())) {
                listens(worker);
            }
        } catch (IOException failed) {
            holdings.say(worker, ": " + failed.getMessage());
        }
        holdings.loop().after(FIND_MILLIS, () -> find(worker));
    }

    @Override
    public void listens(LiveWorker worker) {
        tellPorts(worker.id());
        if (!listening.complete(worker.id())) {
            listening.incomplete(worker.id()).ifPresent(holdings.machine()::tell);
            return;
        }
        boolean first = holdings.phase(worker).filter(p -> p == Phase.STARTING).isPresent();
        holdings.machine().tell(new Event.Listening(worker.id()));
        if (first) {
            // As timed work, which is retried if no thread could be started.
            holdings.plan()
                    .probe()
                    .ifPresent(probe -> holdings.loop().after(0, () -> probe(worker, probe)));
        }
    }

    @Override
    public Optional<String> unfit(LiveWorker worker, GroupKey key) {
        Optional<String> why = listening.unfit(worker.id(), key);
        why.ifPresent(
                text -> holdings.machine().tell(new Event.Incomplete(worker.id(), text, true)));
        return why;
    }

    /// Reports each port that is shared although the user did not name it, once; many ports are
    /// reported in one sentence.
    private void tellPorts(WorkerId id) {
        if (holdings.plan().named()) {
            return;
        }
        for (GroupKey key : holdings.registry().listening(id)) {
            int port = key.address().port();
            if (key.own() || !told.add(port)) {
                continue;
            }
            if (told.size() <= MOST_TOLD) {
                holdings.observer().said(shared(port, told.size() == 1));
            } else if (untold.add(port) && untold.size() == 1) {
                holdings.loop().after(TELL_MILLIS, this::tellRest);
            }
        }
    }

    private static String shared(int port, boolean first) {
        return first
                ? "port " + port + " is shared"
                : "port %1$d is shared too; --private %1$d gives each slot its own".formatted(port);
    }

    private void tellRest() {
        holdings.observer()
                .said(
                        untold.size()
                                + " more ports are shared too, "
                                + untold.first()
                                + " to "
                                + untold.last()
                                + "; -p PORT shares only those that you name, --private PORT"
                                + " gives each slot its own");
        untold.clear();
    }

    private void probe(LiveWorker worker, Probe probe) {
        Event answered = new Event.Announced(worker.id());
        Prober.start(
                probe,
                probe.forSlot(worker.id().slot(), holdings.plan()),
                worker.pidfd()::isOpen,
                () -> holdings.loop().post(() -> holdings.machine().tell(answered)));
    }

    private void announced(LiveWorker worker) {
        worker.notifySocket().ifPresent(socket -> socket.read(pid -> announced(worker, pid)));
    }

    /// Any process with the worker's uid can reach its notify socket, including other services. An
    /// orphaned process of the worker is recognised after the next patrol.
    private void announced(LiveWorker worker, int pid) {
        if (!believed(worker, pid)) {
            holdings.loop().after(PATROL_MILLIS, () -> announcedBefore(worker, pid));
        }
    }

    private boolean believed(LiveWorker worker, int pid) {
        boolean own = holdings.equipment().trees().owns(worker, pid);
        if (own) {
            holdings.machine().tell(new Event.Announced(worker.id()));
        }
        return own;
    }

    private void announcedBefore(LiveWorker worker, int pid) {
        if (worker.ended() || believed(worker, pid)) {
            return;
        }
        String why =
                "READY=1 from pid %d was ignored: the process has ended since, or is not part of this worker; send it from the server itself, or with systemd-notify(1), which waits"
                        .formatted(pid);
        if (worker.troubles().add("READY=1", why, Loop.now())) {
            holdings.say(worker, ": " + why);
        }
    }

    /// The worker takes connections from the dispatcher.
    void takes(WorkerId id) {
        holdings.worker(id).ifPresent(this::listens);
    }

    /// The worker and the dispatcher no longer talk to each other. Usually the worker is exiting,
    /// which is then seen a moment later.
    void deaf(WorkerId id, String why) {
        holdings.loop().after(ENDING_MILLIS, () -> deafNow(id, why));
    }

    private void deafNow(WorkerId id, String why) {
        Optional<LiveWorker> alive = holdings.worker(id).filter(worker -> !worker.ended());
        if (alive.isPresent()) {
            LiveWorker worker = alive.get();
            worker.troubles().add(why, why, Loop.now());
            holdings.machine().tell(new Event.Lost(id, why));
        }
    }
}
