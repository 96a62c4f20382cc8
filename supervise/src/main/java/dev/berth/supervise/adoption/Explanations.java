package dev.berth.supervise.adoption;

import dev.berth.net.ListenAddress;
import dev.berth.supervise.contract.Observer;
import dev.berth.supervise.process.Aside;
import dev.berth.supervise.process.LiveWorker;
import dev.berth.supervise.process.Loop;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/// Reports why binds of workers failed: the failure at once, and who holds the address as soon as
/// another thread has found that out. Owner thread only.
///
/// Everything is bounded: see [dev.berth.supervise.process.Troubles] for what is kept and reported
/// about one worker. Who holds an address is looked up for all workers together, at most once a
/// second.
final class Explanations {
    /// Most programs exit after a failed bind; the failure is then reported together with their
    /// end.
    private static final long MOST_LAST_WORDS_MILLIS = 1000;

    private static final long FRESH_MILLIS = 1000;
    private static final int MOST_KEPT = 64;

    /// The most checks of binds that were left to the kernel, for all workers.
    private static final int MOST_LOOKS = 16;

    private final Observer observer;
    private final Loop loop;
    private final Aside looks;
    private final Map<String, List<LiveWorker>> waiting = new HashMap<>();
    private final Map<String, Known> known = new LinkedHashMap<>();
    private int looking;

    private record Known(String text, long since) {}

    Explanations(Observer observer, Loop loop, Aside looks) {
        this.observer = observer;
        this.loop = loop;
        this.looks = looks;
    }

    /// Records that a call of `worker` was refused; it is reported unless the worker ends because
    /// of it.
    void refused(LiveWorker worker, String kind, String why) {
        if (worker.troubles().add(kind, why, Loop.now())) {
            loop.after(MOST_LAST_WORDS_MILLIS, () -> sayWhileItLives(worker, kind));
        } else {
            again(worker, kind);
        }
    }

    /// The same, and looks up who holds the address.
    ///
    /// @param look run by another thread
    void refused(LiveWorker worker, String kind, String why, Callable<String> look) {
        boolean first = worker.troubles().why(kind).isEmpty();
        refused(worker, kind, why);
        if (!first) {
            return;
        }
        Known before = known.get(kind);
        if (before != null && Loop.now() - before.since() < FRESH_MILLIS) {
            worker.troubles().explain(kind, before.text());
            return;
        }
        worker.troubles().await(kind);
        List<LiveWorker> others = waiting.get(kind);
        if (others != null) {
            others.add(worker);
            return;
        }
        waiting.put(kind, new ArrayList<>(List.of(worker)));
        looks.ask(look, answer -> explained(kind, why, answer));
    }

    private void explained(String kind, String why, Aside.Answer<String> answer) {
        String text =
                switch (answer) {
                    case Aside.Done<String>(String found) -> found;
                    case Aside.Failed<String>(Exception failed) ->
                            why + "; the owner could not be found: " + failed.getMessage();
                    case Aside.Late<String> _ -> why + "; the owner could not be found in time";
                };
        known.put(kind, new Known(text, Loop.now()));
        if (known.size() > MOST_KEPT) {
            known.remove(known.keySet().iterator().next());
        }
        List<LiveWorker> workers = waiting.remove(kind);
        for (LiveWorker worker : workers == null ? List.<LiveWorker>of() : workers) {
            worker.troubles().explain(kind, text);
        }
    }

    /// Handles a bind that was left to the kernel and may have failed. If another socket is in its
    /// way, that is reported with the worker's end, or while it lives.
    void left(LiveWorker worker, ListenAddress wanted, long inode, Occupants occupants) {
        if (looking >= MOST_LOOKS) {
            return;
        }
        looking++;
        worker.troubles().looking(true);
        looks.ask(
                () -> occupants.conflict(wanted, inode),
                answer -> {
                    looking--;
                    worker.troubles().looking(false);
                    if (answer instanceof Aside.Done<Optional<String>>(Optional<String> found)) {
                        found.ifPresent(why -> refused(worker, wanted.toString(), why));
                    }
                });
    }

    private void sayWhileItLives(LiveWorker worker, String kind) {
        if (worker.ended()) {
            return;
        }
        if (waiting.containsKey(kind)) {
            loop.after(MOST_LAST_WORDS_MILLIS, () -> sayWhileItLives(worker, kind));
            return;
        }
        worker.troubles().why(kind).ifPresent(why -> say(worker, why));
    }

    /// Reports a call that could not be examined and was left to the kernel.
    void unclear(LiveWorker worker, IOException failed, String kind) {
        once(worker, kind, failed.getMessage() + "; left to the kernel");
    }

    /// Reports `why` at once, and again only after a while.
    void once(LiveWorker worker, String kind, String why) {
        if (worker.troubles().add(kind, why, Loop.now())) {
            say(worker, why);
        } else {
            again(worker, kind);
        }
    }

    private void again(LiveWorker worker, String kind) {
        worker.troubles().again(kind, Loop.now()).ifPresent(text -> say(worker, text));
    }

    private void say(LiveWorker worker, String text) {
        observer.said("slot " + worker.id() + ": " + text);
    }
}
